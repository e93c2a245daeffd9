import {
  checkSnapshot, type Engine, type EngineOptions, type GenerateOptions, rateOfTrial, type Snapshot, snapshotLengths,
  type StepControl, type StepResult, type Texts,
} from '../model/engine.js';
import { initialParameters } from '../model/initial.js';
import { OPTIMIZER_STATES } from '../model/optimizers.js';
import { stateSize } from '../model/states.js';
import { clipGradient } from './clip.js';
import { generateTokens } from './generate.js';
import { evaluateWindow, lossAndGradient } from './network.js';
import { countNonFinite } from './non-finite.js';
import { squaredNorm } from './squared-norm.js';
import { updateParameters } from './update.js';
import {
  evaluationStreamLength, evaluationWindow, trainingStreamLength, trainingWindow, type Window,
} from './window.js';

/** Longest stretch of work before other tasks (timers, signals) get a turn. */
const PATIENCE_MS = 50;

/**
 * Training in float64 on the CPU, all trials one after another: what the GPU's result is checked against, and what
 * `--cpu` runs. A step is computed as it is submitted; a snapshot's arrays are Float64Array.
 */
export class ReferenceEngine implements Engine {
  private readonly parameters: Float64Array; // [trials, layout.size]
  private readonly optimizer: ReadonlyMap<string, Float64Array>; // each [trials, layout.size]
  private readonly states: Float64Array; // [trials, stateSize]
  private readonly stateSize: number;
  private texts: Texts | undefined;
  private readonly spoilt = new Map<number, number>(); // trials that met a value that is not finite, and how many
  private done: StepResult[] = [];
  private lastPause = performance.now();

  constructor(private readonly options: EngineOptions) {
    const { model, seeds, batch, optimizer } = options;
    const { size } = model.layout;
    this.parameters = new Float64Array(seeds.length * size);
    seeds.forEach((seed, trial) => this.parameters.set(initialParameters(model, seed), trial * size));
    this.optimizer = new Map(
      OPTIMIZER_STATES[optimizer.kind].map((name) => [name, new Float64Array(this.parameters.length)]),
    );
    this.stateSize = stateSize(model, batch);
    this.states = new Float64Array(seeds.length * this.stateSize);
  }

  /** @throws RangeError when the text is shorter than one window or has a token that the model does not know. */
  async setTexts(texts: Texts): Promise<void> {
    const { training: tokens, heldOut } = texts;
    const { batch, timeSteps } = this.options;
    const needed = batch * timeSteps + 1;
    if (tokens.length < needed) {
      throw new RangeError(
        `the training text has ${tokens.length} tokens, batch ${batch} × time ${timeSteps} needs ${needed}: ` +
        'give a longer text, or a smaller batch or time',
      );
    }
    this.checkTokens(tokens);
    this.checkTokens(heldOut);
    this.texts = texts;
  }

  /** Computes one step. @throws RangeError when the window lies outside the streams. */
  submit(control: StepControl): void {
    const { seeds, batch, timeSteps } = this.options;
    const { training } = this.ready();
    const length = trainingStreamLength(training.length, batch);
    if (!(control.cursor >= 0 && control.cursor + timeSteps <= length)) {
      throw new RangeError(`cursor is ${control.cursor}: give a whole number from 0 to ${length - timeSteps}`);
    }
    const window = trainingWindow(training, this.options, control.cursor, length);
    const trials = seeds.map((_, trial) => this.trainStep(trial, window, control));
    this.done.push({
      step: control.step,
      loss: trials.map(({ loss }) => loss),
      gradientNorm: trials.map(({ gradientNorm }) => gradientNorm),
      nonFinite: trials.map(({ nonFinite }) => nonFinite),
    });
  }

  async results(): Promise<StepResult[]> {
    await this.pause();
    const results = this.done;
    this.done = [];
    return results;
  }

  async evaluate(): Promise<number[]> {
    const { model, seeds, batch, timeSteps } = this.options;
    const tokens = this.ready().heldOut;
    if (tokens.length < 2) return seeds.map(() => NaN);
    const length = evaluationStreamLength(tokens.length, batch);
    const sums = seeds.map(() => 0);
    const states: (Float64Array | undefined)[] = seeds.map(() => undefined);
    for (let cursor = 0; cursor < length; cursor += timeSteps) {
      const window = evaluationWindow(tokens, this.options, cursor, length);
      seeds.forEach((_, trial) => {
        const network = { parameters: this.parametersOf(trial), states: states[trial], position: cursor };
        const result = evaluateWindow(model, network, window);
        sums[trial] += result.loss * result.count;
        states[trial] = result.states;
      });
      await this.pause();
    }
    return sums.map((sum) => sum / (tokens.length - 1));
  }

  /** @throws RangeError when the prime is empty or has a token that the model does not know, or no such trial is. */
  async *generate(options: GenerateOptions): AsyncGenerator<Uint32Array> {
    const { model, seeds } = this.options;
    if (options.prime.length === 0) throw new RangeError('prime is empty: give at least one token to start from');
    this.checkTokens(options.prime);
    if (seeds[options.trial] === undefined) {
      throw new RangeError(`trial is ${options.trial}: give a whole number from 0 to ${seeds.length - 1}`);
    }
    // A copy, so that training between two chunks does not change the writer.
    for (const chunk of generateTokens(model, this.parametersOf(options.trial).slice(), options)) {
      yield chunk;
      await this.pause();
    }
  }

  async snapshot(): Promise<Snapshot> {
    return {
      parameters: this.parameters.slice(),
      optimizer: Object.fromEntries([...this.optimizer].map(([name, values]) => [name, values.slice()])),
      states: this.states.slice(),
    };
  }

  /** @throws RangeError when an array is missing or of another length; nothing is changed then. */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, snapshotLengths(this.options));
    this.parameters.set(snapshot.parameters);
    this.states.set(snapshot.states);
    for (const [name, values] of this.optimizer) values.set(snapshot.optimizer[name]);
    this.spoilt.clear();
  }

  destroy(): void {
    this.texts = undefined;
    this.done = [];
  }

  private trainStep(
    trial: number, window: Window, { step, cursor, reset, rate }: StepControl,
  ): { loss: number; gradientNorm: number; nonFinite: number } {
    const { model, seeds, optimizer, clip } = this.options;
    const parameters = this.parametersOf(trial);
    const states = this.states.subarray(trial * this.stateSize, (trial + 1) * this.stateSize);
    if (reset) states.fill(0);

    const network = { parameters, states, dropout: { seed: seeds[trial], step }, position: cursor };
    const { loss, gradient, states: finalStates } = lossAndGradient(model, network, window);
    states.set(finalStates);
    const squared = squaredNorm(gradient);
    const gradientNorm = Math.sqrt(squared);
    // The norm is one of the values looked at: it can overflow where no gradient does.
    const nonFinite =
      countNonFinite(gradient) + countNonFinite(Float64Array.of(squared)) + (this.spoilt.get(trial) ?? 0);
    if (nonFinite > 0) this.spoilt.set(trial, nonFinite);
    else {
      clipGradient(gradient, gradientNorm, clip);
      const { size } = model.layout;
      const own = [...this.optimizer.values()].map((values) => values.subarray(trial * size, (trial + 1) * size));
      updateParameters(optimizer, parameters, gradient, own, { rate: rateOfTrial(rate, trial), step });
    }
    return { loss, gradientNorm, nonFinite };
  }

  private ready(): Texts {
    if (!this.texts) throw new Error('the engine has no text yet: await setTexts() first');
    return this.texts;
  }

  private parametersOf(trial: number): Float64Array {
    const { size } = this.options.model.layout;
    return this.parameters.subarray(trial * size, (trial + 1) * size);
  }

  private checkTokens(tokens: Uint32Array): void {
    const { vocabulary, outputs } = this.options.model;
    const known = Math.min(vocabulary, outputs);
    const at = tokens.findIndex((token) => token >= known);
    if (at >= 0) {
      throw new RangeError(
        `token ${tokens[at]} at position ${at} is unknown: ` +
        `the model reads ${vocabulary} tokens and predicts ${outputs}`,
      );
    }
  }

  /** A turn for timers and signals, which promises alone do not give. */
  private async pause(): Promise<void> {
    if (performance.now() - this.lastPause < PATIENCE_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.lastPause = performance.now();
  }
}
