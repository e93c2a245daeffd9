// What a session is given, and what it tells.
import type { Tuning } from '../../src/index.js';
import type { PresetName, Shape } from '../lib/settings.js';

/** What a run is asked for. JSON-safe: it travels to the page. */
export interface SessionRequest {
  readonly shape: Partial<Shape>;
  readonly steps?: number | undefined;
  readonly textName: string;
  readonly temperature: number;
  readonly prime: string;
  readonly cpu: boolean;
  readonly explain: boolean;
  /** Measure how to cut the work before a new run. */
  readonly tune: boolean;
  /** Checkpoints are wanted, one every so many seconds; 0 for none. */
  readonly checkpointSeconds: number;
}

/** Known before the first step. */
export interface Started {
  readonly adapter: string;
  readonly preset: PresetName;
  readonly shape: Shape;
  readonly driver: string;
  readonly vocabulary: number;
  /** Of one trial. */
  readonly parameters: number;
  readonly textLength: number;
  /** Steps done before, and steps in all. */
  readonly from: number;
  readonly steps: number;
  /** What computed the checkpoint, where it is another adapter. */
  readonly fromAdapter?: string;
  readonly unigramEntropy: number;
  /** What was measured, where that was asked for. */
  readonly tuning?: Tuning;
}

/** Known after the last step. Losses in nats a character, a value a trial. */
export interface Finished {
  readonly interrupted: boolean;
  readonly step: number;
  /** null where the run was interrupted or the text too short to hold any out. */
  readonly heldOut: readonly number[] | null;
  readonly heldOutCharacters: number;
  /** null where the run was interrupted. */
  readonly samples: readonly string[] | null;
  readonly stepsPerSecond: number;
  readonly dispatchesPerStep: number;
  readonly submitsPerStep: number;
  readonly gpuBytes: number;
  readonly seconds: number;
}

/** Step, then each trial's loss and gradient norm. */
export interface StepRecord {
  readonly step: number;
  readonly loss: readonly number[];
  readonly gradientNorm: readonly number[];
}

export interface SessionListener {
  started(info: Started): void | Promise<void>;
  /** Steps in order, several at a time. `fitSeconds` counts training alone. */
  steps(records: readonly StepRecord[], fitSeconds: number): void | Promise<void>;
  sample(step: number, text: string): void | Promise<void>;
  /** A checkpoint at `step` whose every step went well; awaited before training goes on. */
  checkpoint(bytes: Uint8Array, step: number): Promise<void>;
  /** All steps are done, the held-out text is being judged. */
  judging(characters: number): void | Promise<void>;
  explained(table: string): void | Promise<void>;
}

export interface SessionInputs {
  readonly text: string | Uint8Array;
  readonly resume?: Uint8Array | undefined;
}
