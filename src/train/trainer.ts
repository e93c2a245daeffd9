import { cursorAt, trainingWindows } from '../data/streams.js';
import type { TextCorpus, Vocabulary } from '../data/text.js';
import { checkInteger, checkNumber } from '../model/check.js';
import type { Engine, EngineOptions, StepResult } from '../model/engine.js';
import type { Driver } from '../kernels/recurrence.js';
import type { Strategy } from '../schedule/tiles.js';
import type { Checkpoint } from './checkpoint.js';
import { fingerprint, type TextFingerprint } from './fingerprint.js';
import type { NamedParameter } from './named-parameters.js';

/** Steps that may be under way before the oldest one's result is awaited. */
const RUN_AHEAD = 4;

/** One step's outcome. Losses are means over T·B, in nats. */
export interface TrainingStep {
  /** Steps done, this one included: 1 is the first. */
  readonly step: number;
  /** Mean over the trials. */
  readonly loss: number;
  readonly gradientNorm: number;
  /** Each trial's own, in the order of their seeds. */
  readonly trials: readonly { readonly loss: number; readonly gradientNorm: number }[];
}

/** The loss or a gradient is not a number. The parameters are those before the step: no later step changed them. */
export class TrainingDivergedError extends Error {
  override readonly name = 'TrainingDivergedError';
  constructor(
    readonly step: number, readonly loss: number, readonly gradientNorm: number, trial: number, advice: string,
  ) {
    super(`training stopped at step ${step}: the loss is ${loss} and the gradient norm ${gradientNorm} ` +
      `(trial ${trial}); ${advice}`);
  }
}

/** What a trainer is made of besides its engine. */
export interface TrainerSettings extends EngineOptions {
  readonly driver: Driver;
  /** Name of what computes, for checkpoints and summaries. */
  readonly adapter: string;
  /** Each trial's own learning rate; else the optimiser's. */
  readonly rates?: readonly number[];
  /** How the GPU's sums are cut; none on the CPU. */
  readonly strategy?: Strategy;
}

export interface FitOptions {
  /** Steps to do now. */
  readonly steps: number;
  /** Ends the loop after the steps that are under way. */
  readonly signal?: AbortSignal;
}

export interface GenerationOptions {
  /** Text to continue; the first of the vocabulary where it is empty. */
  readonly prime?: string;
  /** Characters to write. */
  readonly length?: number;
  /** 1 samples from the model's distribution, less is bolder, 0 takes the most likely character. */
  readonly temperature?: number;
  readonly seed?: number;
  readonly trial?: number;
}

/** Trains a model on a text: the same face whether the GPU computes or the float64 reference. */
export class Trainer<E extends Engine = Engine> {
  private stepsDone: number;
  private corpus: TextCorpus | undefined;
  private vocabulary: Vocabulary | undefined;
  private text: TextFingerprint | undefined;
  private streams: ReturnType<typeof trainingWindows> | undefined;
  private cursor: number | undefined; // the checkpoint's, until it is checked against the text
  private diverged: TrainingDivergedError | undefined;
  private unread: StepResult[] = []; // results that fit has not given out
  private reading: Promise<void> = Promise.resolve();

  constructor(readonly engine: E, readonly settings: TrainerSettings, from?: Checkpoint) {
    this.stepsDone = from?.step ?? 0;
    this.vocabulary = from?.vocabulary;
    this.text = from?.text;
    this.cursor = from?.cursor;
    if (from) engine.restore(from.snapshot);
  }

  /** Steps submitted so far. */
  get step(): number {
    return this.stepsDone;
  }

  /**
   * Puts the text where the engine reads it; `fit` does this by itself.
   * @throws RangeError where the text is too short, has characters the model does not know, or is not the checkpoint's.
   */
  async load(corpus: TextCorpus): Promise<void> {
    if (this.corpus === corpus) return;
    const { model, batch, timeSteps } = this.settings;
    const { size } = corpus.vocabulary;
    if (size > model.vocabulary || size !== model.outputs) {
      throw new RangeError(`the text has ${size} different characters, the model reads ${model.vocabulary} and ` +
        `predicts ${model.outputs}: build the model with corpus.vocabulary.size`);
    }
    const { train, heldOut } = corpus.split({ batch, timeSteps });
    const text = fingerprint(train);
    const known = this.text;
    const same = text.length === known?.length && text.crc32 === known.crc32 &&
      this.vocabulary?.equals(corpus.vocabulary);
    if (known && !same) {
      throw new RangeError(`the text (${text.length} characters to train on) is not the one of this run ` +
        `(${known.length}): give the same text with the same share held out, or start a new run`);
    }
    const streams = trainingWindows(train.length, { batch, timeSteps });
    const { cursor } = cursorAt(this.stepsDone, streams);
    if (this.cursor !== undefined && this.cursor !== cursor) {
      throw new RangeError(`the checkpoint's cursor is ${this.cursor}, but step ${this.stepsDone} of this text is at ` +
        `${cursor}: the file was altered`);
    }
    await this.engine.setTexts({ training: train, heldOut });
    this.cursor = undefined;
    this.corpus = corpus;
    this.vocabulary = corpus.vocabulary;
    this.text = text;
    this.streams = streams;
  }

  /**
   * Trains on `corpus`, window after window, states carried; yields each step in order, some steps after it was
   * submitted.
   * @throws TrainingDivergedError where the loss or a gradient is not a number.
   */
  async *fit(corpus: TextCorpus, { steps, signal }: FitOptions): AsyncGenerator<TrainingStep> {
    checkInteger('steps', steps, 1);
    if (this.diverged) throw this.diverged;
    await this.load(corpus);
    const rate = this.settings.rates ?? this.settings.optimizer.rate;
    let rest: StepResult[] = [];
    try {
      for (let i = 0; i < steps && !signal?.aborted; i++) {
        this.engine.submit({ step: this.stepsDone, ...cursorAt(this.stepsDone, this.streams!), rate });
        this.stepsDone++;
        // The first result comes at once, then the run-ahead grows.
        await this.read(Math.min(i, RUN_AHEAD));
        for (let result = this.unread.shift(); result; result = this.unread.shift()) yield this.outcome(result);
      }
    } finally {
      // Also after a `break` outside: what was submitted is part of the run, its results belong to no later fit.
      await this.read(0);
      rest = this.unread;
      this.unread = [];
    }
    for (const result of rest) yield this.outcome(result);
  }

  /** Mean loss over the held-out text, a trial each, in nats; NaN where the text was too short to hold any out. */
  async evaluate(corpus?: TextCorpus): Promise<number[]> {
    if (corpus) await this.load(corpus);
    return this.engine.evaluate();
  }

  /** Text that continues `prime`, piece by piece. @throws RangeError for characters not in the vocabulary. */
  async *stream(options: GenerationOptions = {}): AsyncGenerator<string> {
    const { prime = '', length = 300, temperature = 0.8, seed = this.settings.seeds[0]!, trial = 0 } = options;
    const vocabulary = this.vocabulary;
    if (!vocabulary) throw new Error('there is no text yet: call fit(corpus, …) or load(corpus) first');
    checkInteger('length', length, 1);
    // Below, the exponentials of float32 leave nothing to choose from: 0 says so.
    if (temperature !== 0) checkNumber('temperature (where it is not 0)', temperature, { min: 0.01, max: 100 });
    checkInteger('seed', seed, 0, 2 ** 32 - 1);
    this.checkTrial(trial);
    const tokens = prime === '' ? Uint32Array.of(0) : vocabulary.encode(prime, 'prime');
    const chunks = this.engine.generate({ prime: tokens, length, temperature, seed, trial });
    for await (const chunk of chunks) yield vocabulary.decode(chunk);
  }

  /** `length` characters that continue `prime`. */
  async generate(options: GenerationOptions = {}): Promise<string> {
    let text = '';
    for await (const piece of this.stream(options)) text += piece;
    return text;
  }

  /** A trial's parameters under PyTorch's names, in PyTorch's shapes and order. */
  async parameters(trial = 0): Promise<Map<string, NamedParameter>> {
    this.checkTrial(trial);
    const { layout } = this.settings.model;
    const [{ parameters }, { namedParameters }] = await Promise.all([this.engine.snapshot(), import('./later.js')]);
    return namedParameters(layout, parameters, trial);
  }

  /**
   * Replaces some of a trial's parameters, given in PyTorch's order.
   * @throws RangeError for a trial or a name that the model does not have, or a wrong number of values; nothing is
   * changed then.
   */
  async setParameters(values: Iterable<readonly [name: string, values: ArrayLike<number>]>, trial = 0): Promise<void> {
    this.checkTrial(trial);
    const { layout } = this.settings.model;
    const [snapshot, { replaceParameters }] = await Promise.all([this.engine.snapshot(), import('./later.js')]);
    replaceParameters(layout, snapshot.parameters, values, trial);
    this.engine.restore(snapshot);
  }

  /**
   * The whole state of the run as a safetensors file; between steps or while `fit` waits.
   * @throws TrainingDivergedError after one.
   */
  async checkpoint(): Promise<Uint8Array> {
    if (this.diverged) throw this.diverged;
    if (!this.vocabulary || !this.text || !this.streams) {
      throw new Error('there is nothing to save yet: call fit(corpus, …) or load(corpus) first');
    }
    const step = this.stepsDone;
    const { cursor } = cursorAt(step, this.streams);
    const { vocabulary, text } = this;
    // A step under way may have diverged: its result is awaited, so that no file keeps what it left.
    const [snapshot] = await Promise.all([this.engine.snapshot(), this.read(0)]);
    if (this.diverged) throw this.diverged;
    const { encodeCheckpoint } = await import('./later.js'); // a page that never saves, never loads it
    return encodeCheckpoint({ ...this.settings, step, cursor, vocabulary, text, snapshot });
  }

  /** Frees the engine's memory. */
  destroy(): void {
    this.engine.destroy();
  }

  /** Takes results in, one reader at a time, until at most `pending` steps are without; notices a divergence. */
  private read(pending: number): Promise<void> {
    const turn = this.reading.then(async () => {
      const results = await this.engine.results(pending);
      this.unread.push(...results);
      results.forEach((result) => this.watch(result));
    });
    this.reading = turn.catch(() => undefined);
    return turn;
  }

  private watch({ step, loss, gradientNorm, nonFinite }: StepResult): void {
    const bad = loss.findIndex((value, trial) => !Number.isFinite(value) || nonFinite[trial]! > 0);
    if (bad < 0 || this.diverged) return;
    this.stepsDone = step;
    this.diverged = new TrainingDivergedError(step + 1, loss[bad]!, gradientNorm[bad]!, bad, this.advice(bad));
  }

  private outcome({ step, loss, gradientNorm }: StepResult): TrainingStep {
    if (this.diverged && step + 1 >= this.diverged.step) throw this.diverged;
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      step: step + 1, loss: mean(loss), gradientNorm: mean(gradientNorm),
      trials: loss.map((value, trial) => ({ loss: value, gradientNorm: gradientNorm[trial]! })),
    };
  }

  private checkTrial(trial: number): void {
    checkInteger('trial', trial, 0, this.settings.seeds.length - 1);
  }

  private advice(trial: number): string {
    const { optimizer, clip, rates } = this.settings;
    const clipping = clip.norm === undefined
      ? 'clip the gradient norm (for example to 5)'
      : `clip the gradient norm below ${clip.norm}`;
    return `lower the rate (now ${rates?.[trial] ?? optimizer.rate}) or ${clipping}; ` +
      'the parameters are those before that step';
  }
}
