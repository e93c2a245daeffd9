import { checkInteger, checkOneOf } from './check.js';
import type { Model } from './description.js';
import { type Clip, OPTIMIZER_STATES, type OptimizerDescription } from './optimizers.js';
import { stateSize } from './states.js';

/**
 * What carries out a training run: the GPU's programs (`src/train/gpu-engine.ts`) or the float64 loops
 * (`src/reference/engine.ts`). Both read the same description and count the same random numbers.
 */
export interface EngineOptions {
  readonly model: Model;
  readonly timeSteps: number;
  readonly batch: number;
  /** One network a seed, side by side: the trials. */
  readonly seeds: readonly number[];
  readonly optimizer: OptimizerDescription;
  readonly clip: Clip;
  /**
   * Time steps of a segment of a window, of which the activations of one at a time are kept (segments.ts); all of a
   * window's where absent. On the CPU it changes nothing.
   */
  readonly recompute?: number;
  /** Recurrent weights as float16 holds them; float32 where absent. On the CPU it changes nothing. */
  readonly precision?: 'f16';
}

/** What numbers the recurrent products multiply with on the GPU. */
export const PRECISIONS = ['f32', 'f16'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** The option as it is kept: absent where it is what nobody asks for. @throws RangeError where it is neither. */
export const precisionOf = (precision: Precision = 'f32'): Pick<EngineOptions, 'precision'> =>
  (checkOneOf('precision', precision, PRECISIONS) === 'f16' ? { precision: 'f16' } : {});

/** WebGPU's limit of workgroups in one dimension: trials are workgroups in z. */
export const MOST_TRIALS = 65535;

/** @throws RangeError where a dimension or a seed is out of range. */
export function checkRunShape(shape: Pick<EngineOptions, 'timeSteps' | 'batch' | 'seeds'>): typeof shape {
  checkInteger('timeSteps', shape.timeSteps, 1, 65536);
  checkInteger('batch', shape.batch, 1, 65535);
  checkInteger('number of trials', shape.seeds.length, 1, MOST_TRIALS);
  shape.seeds.forEach((seed) => checkInteger('seed', seed, 0, 2 ** 32 - 1));
  return shape;
}

/** What one training step is told: a handful of bytes. */
export interface StepControl {
  /** Steps done before this one; counts dropout masks and Adam's bias correction (t = step + 1). */
  readonly step: number;
  /** Position of the window in each stream. */
  readonly cursor: number;
  /** Start from zero states (the first window of an epoch). */
  readonly reset: boolean;
  /** The learning rate: one for all trials, or one each. */
  readonly rate: number | readonly number[];
}

/** The learning rate of one trial. */
export const rateOfTrial = (rate: StepControl['rate'], trial: number): number =>
  (typeof rate === 'number' ? rate : rate[trial]!);

/** One step's outcome, a value a trial. Losses are means over T·B in nats. */
export interface StepResult {
  readonly step: number;
  readonly loss: readonly number[];
  /** Global gradient norm before clipping. */
  readonly gradientNorm: readonly number[];
  /** Gradients that are NaN or infinite; where any is, that trial's parameters were left as they were. */
  readonly nonFinite: readonly number[];
}

/** All that a run needs to go on, as flat arrays: trials × layout.size, and trials × states. */
export interface Snapshot {
  readonly parameters: Float32Array | Float64Array;
  /** By name as in `OPTIMIZER_STATES`, laid out as the parameters. */
  readonly optimizer: Readonly<Record<string, Float32Array | Float64Array>>;
  /** Carried states, per recurrent layer: hidden [B, pad4(H)], then cell [B, pad4(H)]. */
  readonly states: Float32Array | Float64Array;
}

/** Texts as tokens. */
export interface Texts { readonly training: Uint32Array; readonly heldOut: Uint32Array }

export interface GenerateOptions {
  readonly prime: Uint32Array;
  readonly length: number;
  /** 0 takes the most likely token each time. */
  readonly temperature: number;
  readonly seed: number;
  readonly trial: number;
}

/** Lengths of a snapshot's arrays. */
export interface SnapshotLengths {
  readonly parameters: number;
  readonly optimizer: readonly string[];
  readonly states: number;
}

/** @throws RangeError where an array is missing or of another length: before anything is copied. */
export function checkSnapshot(snapshot: Snapshot, { parameters, optimizer, states }: SnapshotLengths): void {
  const arrays: [string, ArrayLike<number> | undefined, number][] = [
    ['parameters', snapshot.parameters, parameters], ['states', snapshot.states, states],
    ...optimizer.map((name): [string, ArrayLike<number> | undefined, number] =>
      [`optimizer ${name}`, snapshot.optimizer[name], parameters]),
  ];
  for (const [name, array, length] of arrays) {
    if (array?.length !== length) {
      throw new RangeError(`the snapshot's ${name} has ${array?.length ?? 'no'} values, this model needs ${length}: ` +
        'restore it with the same model, batch, trials and optimizer');
    }
  }
}

/** The lengths that a snapshot of a run has. */
export function snapshotLengths({ model, batch, seeds, optimizer }: EngineOptions): SnapshotLengths {
  return {
    parameters: seeds.length * model.layout.size,
    optimizer: OPTIMIZER_STATES[optimizer.kind],
    states: seeds.length * stateSize(model, batch),
  };
}

/** A snapshot of zeros, in float32, or in float64 where `double`. */
export function emptySnapshot({ parameters, optimizer, states }: SnapshotLengths, double = false): Snapshot {
  const zeros = (length: number) => (double ? new Float64Array(length) : new Float32Array(length));
  return {
    parameters: zeros(parameters),
    optimizer: Object.fromEntries(optimizer.map((name) => [name, zeros(parameters)])),
    states: zeros(states),
  };
}

export interface Engine {
  /** The text to train on, cut into `batch` streams, and the one held out, which may be empty. */
  setTexts(texts: Texts): Promise<void>;
  /** Enqueues one step. */
  submit(control: StepControl): void;
  /** Results in order, waiting until at most `pending` submitted steps are without one. */
  results(pending: number): Promise<StepResult[]>;
  /** Mean loss a trial over every prediction in the held-out text, in nats. Leaves the training state as it is. */
  evaluate(): Promise<number[]>;
  /** Continues `prime` by `length` tokens; yields them in the chunks in which they come. */
  generate(options: GenerateOptions): AsyncGenerator<Uint32Array>;
  snapshot(): Promise<Snapshot>;
  restore(snapshot: Snapshot): void;
  destroy(): void;
}
