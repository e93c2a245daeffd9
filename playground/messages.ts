// What the page and its worker tell each other. Everything that computes is on the worker's side.

/** Settings of a run; changing them takes a new run. */
export interface Settings {
  /** Its name in the catalogue, `cells`. */
  readonly cell: string;
  readonly embedding: number;
  readonly units: number;
  readonly layers: number;
  readonly timeSteps: number;
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
}

/** How the sample is drawn; may change at any time. */
export interface Sampling {
  /** Text to continue. */
  readonly prime: string;
  readonly temperature: number;
}

export type ToWorker =
  | { readonly type: 'text'; readonly name: string; readonly bytes: ArrayBuffer }
  | { readonly type: 'start'; readonly settings: Settings; readonly sampling: Sampling }
  | { readonly type: 'pause' }
  /** After a pause, or from the last snapshot after the GPU was lost. */
  | { readonly type: 'resume' }
  | { readonly type: 'stop' }
  | { readonly type: 'sampling'; readonly sampling: Sampling };

/**
 * `idle`: no run under way, though the last one may still be sampled. `lost`: the GPU went away and `resume` goes on
 * from the last snapshot.
 */
export type RunState = 'idle' | 'starting' | 'running' | 'paused' | 'stopping' | 'lost';

/** What a new run is made of. */
export interface RunFacts {
  readonly parameters: number;
  readonly dispatches: number;
  readonly gpuBytes: number;
  /** Step that the run goes on from; 0 for a new one. */
  readonly from: number;
  /** The program of one training step, as a table. */
  readonly program: string;
}

export type FromWorker =
  | { readonly type: 'adapter'; readonly name: string; readonly software: boolean }
  | {
    readonly type: 'text'; readonly name: string; readonly characters: number; readonly vocabulary: number;
    /** Nats per character of guessing by frequency alone. */
    readonly entropy: number;
    /** How the text begins, to prime a sample with. */
    readonly opening: string;
  }
  | { readonly type: 'state'; readonly state: RunState }
  | ({ readonly type: 'run' } & RunFacts)
  /** Consecutive steps, the first one's number, and how fast they went. */
  | { readonly type: 'steps'; readonly first: number; readonly losses: number[]; readonly charactersPerSecond: number }
  | ({ readonly type: 'sample'; readonly step: number; readonly text: string } & Sampling)
  /** `gpu`: no run can start. */
  | { readonly type: 'problem'; readonly of: 'gpu' | 'text' | 'sample' | 'run'; readonly message: string };
