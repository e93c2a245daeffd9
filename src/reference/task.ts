import type { Stretch } from '../model/frozen.js';
import type { Model } from '../model/description.js';
import { type Clip, OPTIMIZER_STATES, type OptimizerDescription } from '../model/optimizers.js';
import { cellOf, type RecurrentDescription } from '../model/recurrent.js';
import { skipOf } from '../model/skip.js';
import { pad4 } from '../model/layout.js';
import type { BlockOutcome, FlowSums, TaskEngine } from '../tasks/engine.js';
import { inputPitch, type SequenceBlock, targetPitch } from '../tasks/sequences.js';
import type { Problem } from '../tasks/task.js';
import { untruncated } from '../model/untruncated.js';
import { clipGradient } from './clip.js';
import { gateSums } from './gate-sums.js';
import { gradientNorms } from './gradient-norms.js';
import { inputProductBackward, inputProductForward } from './input-product.js';
import type { LayerInput, RecordedReference } from './layer-pass.js';
import { forward, type NetworkState } from './network.js';
import { countNonFinite } from './non-finite.js';
import { backThrough } from './recurrent-layer.js';
import { squaredNorm } from './squared-norm.js';
import { type SequenceOutcome, taskLoss, type TaskRows } from './task-loss.js';
import { updateParameters } from './update.js';

export interface ReferenceTaskOptions {
  readonly model: Model;
  readonly problem: Problem;
  readonly batch: number;
  readonly testBatch: number;
  readonly seeds: readonly number[];
  readonly optimizer: OptimizerDescription;
  readonly clip: Clip;
  readonly omega?: number | undefined;
  readonly frozen: readonly Stretch[];
  readonly rescued?: Stretch | undefined;
}

/** One trial's part of one step of a block. */
interface Step extends Omit<TaskRows, 'outputs'> {
  readonly inputs: Uint32Array | Float64Array;
  readonly lengths: Uint32Array;
}

/** Longest stretch of work before other tasks (timers, signals) get a turn. */
const PATIENCE_MS = 50;

/** Training on a task in float64, a trial at a time: what the GPU (`src/train/task-engine.ts`) is held against. */
export class ReferenceTaskEngine implements TaskEngine {
  readonly testBatch: number;
  private flat: Float64Array; // [trials, layout.size]
  private readonly states: readonly Float64Array[];
  private readonly spoilt: number[];
  private done = 0; // steps
  private lastPause = performance.now();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ReferenceTaskOptions) {
    const { model: { layout }, seeds, optimizer, testBatch } = options;
    this.testBatch = testBatch;
    this.flat = new Float64Array(seeds.length * layout.size);
    this.states = OPTIMIZER_STATES[optimizer.kind].map(() => new Float64Array(this.flat.length));
    this.spoilt = seeds.map(() => 0);
  }

  train(block: SequenceBlock, rates: readonly number[]): Promise<BlockOutcome> {
    return this.inTurn(() => this.trainNow(block, rates));
  }

  test(block: SequenceBlock): Promise<BlockOutcome> {
    return this.inTurn(() => this.each(block, (step, trial) =>
      taskLoss(this.options.problem, { ...step, outputs: this.forward(step, trial).outputs }).outcomes));
  }

  private async trainNow(block: SequenceBlock, rates: readonly number[]): Promise<BlockOutcome> {
    const { omega } = this.options;
    const outcome = await this.each(block, (step, trial, k) => {
      const key = { seed: this.options.seeds[trial], step: this.done + k };
      const pass = this.forward(step, trial, { dropout: key, omega, recorded: omega ? [] : undefined });
      const { gradient, outcomes } = taskLoss(this.options.problem, { ...step, outputs: pass.outputs });
      this.update(trial, pass.back(gradient), rates[trial], this.done + k);
      return outcomes;
    });
    this.done += block.steps;
    return outcome;
  }

  flow(block: SequenceBlock, vectors: Float32Array<ArrayBuffer>): Promise<FlowSums | undefined> {
    return this.inTurn(async () => this.flowNow(block, vectors));
  }

  private flowNow(block: SequenceBlock, vectors: Float32Array<ArrayBuffer>): FlowSums | undefined {
    const { problem } = this.options;
    const model = untruncated(this.options.model);
    const last = model.layers.findLastIndex(({ kind }) => kind === 'recurrent');
    if (last < 0) return undefined;
    const step = this.step(block, 0, 0);
    const { timeSteps, batch, lengths } = step;
    const norms = ([top]: readonly RecordedReference[]): Float64Array => gradientNorms(
      { timeSteps, batch, units: top.gradient.length / (timeSteps * batch), lengths, reverse: false }, top.gradient);
    const ofError: RecordedReference[] = [];
    const whole = this.forward(step, 0, { recorded: ofError }, model);
    whole.back(taskLoss(problem, { ...step, outputs: whole.outputs }).gradient);

    const ofVectors: RecordedReference[] = [];
    const inner = this.forward(step, 0, { recorded: ofVectors }, { ...model, layers: model.layers.slice(0, last + 1) });
    const width = vectors.length / batch;
    const placed = new Float64Array(timeSteps * batch * pad4(width));
    lengths.forEach((length, b) => {
      placed.set(vectors.subarray(b * width, (b + 1) * width), ((length - 1) * batch + b) * pad4(width));
    });
    inner.back(placed);
    return {
      error: norms(ofError), jacobian: norms(ofVectors), gates: this.gates(step, ofError.at(-1)!),
      rows: Float64Array.from({ length: timeSteps }, (_, lag) => lengths.filter((length) => length > lag).length),
    };
  }

  /** How open the gates of the first recurrent layer are; a normalised one keeps other things with them. */
  private gates({ timeSteps, batch, lengths }: Step, { gates }: RecordedReference): readonly (readonly number[])[] {
    const layer = this.options.model.layers.find((each): each is RecurrentDescription => each.kind === 'recurrent')!;
    const { lanes, normed } = cellOf(layer, 0);
    return normed ? [] : gateSums({ timeSteps, batch, units: layer.units, lanes, lengths }, gates);
  }

  parameters(): Promise<Float64Array> {
    return this.inTurn(async () => this.flat.slice());
  }

  setParameters(values: ArrayLike<number>): void {
    if (values.length !== this.flat.length) {
      throw new RangeError(`there are ${values.length} parameters for ${this.spoilt.length} trials: ` +
        `give ${this.flat.length}`);
    }
    this.flat = Float64Array.from(values);
  }

  destroy(): void {}

  /** Outcomes of all steps and trials of a block. */
  private async each(
    block: SequenceBlock, outcomesOf: (step: Step, trial: number, k: number) => readonly SequenceOutcome[],
  ): Promise<BlockOutcome> {
    const { steps, trials } = block;
    const all: SequenceOutcome[] = [];
    for (let k = 0; k < steps; k++) {
      for (let trial = 0; trial < trials; trial++) all.push(...outcomesOf(this.step(block, trial, k), trial, k));
      await this.pause();
    }
    const values = (name: keyof SequenceOutcome): Float32Array => Float32Array.from(all, (each) => each[name]);
    return { wrong: values('wrong'), error: values('error'), loss: values('loss'), nonFinite: [...this.spoilt] };
  }

  /** What trial `trial` reads at step `k` of a block. */
  private step(block: SequenceBlock, trial: number, k: number): Step {
    const { problem } = this.options;
    const { layout, words, batch, trials } = block;
    const { timeSteps, input, target, judge } = problem;
    const rows = timeSteps * batch;
    const whole = words.subarray(k * layout.size, (k + 1) * layout.size);
    const floats = new Float32Array(whole.buffer, whole.byteOffset, whole.length);
    const part = <A extends Uint32Array | Float32Array>(array: A, offset: number, pitch: number): A =>
      array.subarray(offset + trial * rows * pitch, offset + (trial + 1) * rows * pitch) as A;
    const first = (k * trials + trial) * batch;
    return {
      timeSteps, batch,
      inputs: input.kind === 'tokens' ? Uint32Array.from(part(whole, layout.inputs, 1))
        : Float64Array.from(part(floats, layout.inputs, inputPitch(problem))),
      lengths: block.lengths.subarray(first, first + batch),
      targets: part<Uint32Array | Float32Array>(
        target === 'class' ? whole : floats, layout.targets, targetPitch(problem)),
      weights: part(floats, layout.weights, 1),
      legal: judge.kind === 'legal' ? part(whole, layout.legal, 1) : [],
    };
  }

  /** All layers and the skip connection; `back` gives the gradient of the parameters. */
  private forward(
    step: Step, trial: number, options: Partial<NetworkState> = {}, model: Model = this.options.model,
  ): { outputs: Float64Array; back: (gradient: Float64Array) => Float64Array } {
    const { size } = this.options.model.layout;
    const parameters = this.flat.subarray(trial * size, (trial + 1) * size);
    const pass = forward(model, { ...options, parameters }, step);
    const skip = model.layers.at(-1)!.kind === 'linear' ? skipOf(model) : undefined;
    const product = skip && { weight: skip, biases: [] };
    const context = { ...step, model, parameters, initialStates: pass.states, finalStates: pass.states, position: 0 };
    const { input } = this.options.problem;
    const read: LayerInput = step.inputs instanceof Uint32Array ? { kind: 'tokens', ids: step.inputs }
      : { kind: 'values', values: step.inputs, width: input.kind === 'values' ? input.width : 0 };
    const outputs = pass.logits.slice();
    if (product) inputProductForward(context, product, read).forEach((value, e) => (outputs[e] += value));
    return {
      outputs,
      back(gradient) {
        const gradients = { parameters: new Float64Array(size), initialStates: new Float64Array(pass.states.length) };
        if (product) inputProductBackward(context, product, read, gradient, gradients);
        backThrough(pass.tape, gradient, gradients);
        return gradients.parameters;
      },
    };
  }

  private update(trial: number, gradient: Float64Array, rate: number, step: number): void {
    const { model: { layout: { size } }, optimizer, clip, frozen, rescued } = this.options;
    const own = (values: Float64Array): Float64Array => values.subarray(trial * size, (trial + 1) * size);
    const parameters = own(this.flat);
    for (const { from, count } of frozen) gradient.fill(0, from, from + count);
    if (rescued && burst(gradient)) {
      const recurrent = parameters.slice(rescued.from, rescued.from + rescued.count);
      gradient.fill(0);
      gradient.set(recurrent.map((weight) => 0.02 * weight), rescued.from);
    }
    const squared = squaredNorm(gradient);
    this.spoilt[trial] += countNonFinite(gradient) + countNonFinite(Float64Array.of(squared));
    if (this.spoilt[trial] > 0) return;
    clipGradient(gradient, Math.sqrt(squared), clip);
    updateParameters(optimizer, parameters, gradient, this.states.map(own), { rate, step });
  }

  /** A call goes on where the one before has ended: a block gives others a turn between its steps. */
  private inTurn<T>(call: () => Promise<T>): Promise<T> {
    const result = this.turn.then(call);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** A turn for timers and signals, which promises alone do not give. */
  private async pause(): Promise<void> {
    if (performance.now() - this.lastPause < PATIENCE_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.lastPause = performance.now();
  }
}

/** Released code of Pascanu et al. 2013: a norm past 1e10 counts as burst. */
const burst = (gradient: Float64Array): boolean =>
  countNonFinite(gradient) > 0 || !(squaredNorm(gradient) <= 1e20);
