import type { SequenceBlock } from './sequences.js';

/** What came of each sequence of a block, [steps, trials, B] each: see `Judge` (./task.ts). */
export interface BlockOutcome {
  /** 1 where the judge finds it wrong, else 0. */
  readonly wrong: Float32Array;
  /** Mean |y − target| over its time steps with a target. */
  readonly error: Float32Array;
  readonly loss: Float32Array;
  /** Values that were not finite so far, a trial: its parameters stay as they were before the first. */
  readonly nonFinite: readonly number[];
}

/** Of the first trial, sums over a batch by lag 0 … T − 1: see `GradientFlow` (src/lab/types.ts). */
export interface FlowSums {
  /** Σ ‖∂E/∂h_t‖² and Σ ‖vᵀ∂h_T/∂h_t‖², by lag from each row's last step. */
  readonly error: Float64Array;
  readonly jacobian: Float64Array;
  /** Rows that are as long as each lag. */
  readonly rows: Float64Array;
  /**
   * Of each lane of the first recurrent layer's gates: Σ g, counts of g < 0.1 and of g > 0.9, count. Lanes that are no
   * gate hold what the engine keeps there.
   */
  readonly gates: readonly (readonly number[])[];
}

/**
 * What trains networks on blocks of sequences, all trials side by side: the GPU (`src/train/task-engine.ts`), or
 * float64 loops (`src/reference/task.ts`).
 */
export interface TaskEngine {
  /** Sequences of a step of a test. */
  readonly testBatch: number;
  /** One update a step. Calls may be made before the last has answered; they are carried out in order. */
  train(block: SequenceBlock, rates: readonly number[]): Promise<BlockOutcome>;
  /** Changes nothing. A block of `testBatch`. */
  test(block: SequenceBlock): Promise<BlockOutcome>;
  /** Of the first trial, on step 0 of a block that `test` would take; `vectors` [B, H]: what starts out from h_T. */
  flow(block: SequenceBlock, vectors: Float32Array<ArrayBuffer>): Promise<FlowSums | undefined>;
  /** [trials, layout.size] */
  parameters(): Promise<Float32Array | Float64Array>;
  setParameters(values: ArrayLike<number>): void;
  destroy(): void;
}
