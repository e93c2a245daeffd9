import type { Driver } from '../src/index.js';
import type { Size } from './problem.js';

/**
 * What `bench/results/<adapter>-<date>.json` holds: everything that was measured on one adapter in one day. A run adds
 * its reports, and replaces those of the same runtime and size.
 */
export interface ResultsFile {
  /** Of this file's format. */
  readonly format: 2;
  /** As the adapter names itself: `google swiftshader (software)`. */
  readonly adapter: string;
  /** YYYY-MM-DD */
  readonly date: string;
  /** One for each runtime and size. */
  readonly reports: readonly Report[];
  /** One for each runtime, axis and system. */
  readonly curves: readonly Curve[];
  /** One for each runtime: every kernel against its floor (`--kernels`). */
  readonly kernels: readonly KernelReport[];
}

/** `chrome`: a page in headless Chrome; `node`: the same code with Dawn in Node. */
export type Runtime = 'chrome' | 'node';

/** Where and how something was measured. */
export interface Conditions {
  readonly adapter: string;
  readonly runtime: Runtime;
  /** Of the browser, or of Node and Dawn: `Chrome/156.0.7500.0`. */
  readonly version: string;
  /** When it began, ISO 8601. */
  readonly date: string;
  /** As typed: `npm run bench -- --size S`. */
  readonly command: string;
  /** A matmul on the same adapter in the same run. */
  readonly ceiling: CeilingFigure;
}

export interface CeilingFigure {
  readonly gflops: number;
  /** The kernel that reached it. */
  readonly form: string;
}

/** One size on one runtime. */
export interface Report extends Conditions {
  /** XS, S, M, L, deepbench-256x16, … */
  readonly size: string;
  readonly shape: Size;
  /** Seconds from the first system's start to the last one's end. */
  readonly seconds: number;
  /** The loss before any update, by the float64 oracle; by the reference where that would take minutes. */
  readonly expectedFirstLoss: number | null;
  readonly results: readonly Result[];
  /** What was not measured, or less than asked for, and why. */
  readonly cut: readonly Cut[];
  /** Empty where it was not asked for. */
  readonly inference: readonly Inference[];
}

/** One system's training step. Figures are null where they do not apply or were not measured. */
export interface Result {
  /** As on the command line: `latch-sequence`, `tfjs-wasm`; unlike in each row together with `trials`. */
  readonly name: string;
  /** `latch`, `reference`, `float32`, `tfjs`, `jax`, `torch` */
  readonly system: string;
  /** What does the arithmetic: `webgpu`, `wasm`, `webgl`, `cpu`, `cuda`. */
  readonly backend: string;
  readonly size: string;
  /** Latch's. */
  readonly driver?: Driver;
  /** Latch takes this driver by itself on this adapter at this size. */
  readonly chosen?: boolean;
  /** Networks that train side by side; 1 where absent. A step is one step of them all. */
  readonly trials?: number;
  /** Milliseconds of a step in the system's natural, asynchronous form: the loss is read at the end of each round.
   * The median over rounds; null where none was finished. */
  readonly msPerStep: number | null;
  /** (slowest − fastest round) / median; null with fewer than two rounds. */
  readonly spread: number | null;
  /** The same with the loss read and awaited after every step. */
  readonly msPerStepSync: number | null;
  readonly spreadSync: number | null;
  /** Steps that msPerStep rests on, and msPerStepSync. */
  readonly steps: number;
  readonly stepsSync: number;
  /** msPerStep in µs over the size's time steps: DeepBench's unit. */
  readonly usPerTimeStep: number | null;
  /** From the problem to the first loss on the CPU: create, compile, step, read. */
  readonly firstStepMs: number | null;
  /** Per step after warm-up, counted at the WebGPU prototypes; null on other backends. */
  readonly dispatches: number | null;
  readonly submits: number | null;
  readonly pipelinesCreated: number | null;
  readonly buffersCreated: number | null;
  readonly bindGroupsCreated: number | null;
  /** Peak bytes of buffers alive, compilation included. */
  readonly gpuBytes: number | null;
  /** Needed operations of the matmuls (flopsPerStep, times trials) over msPerStep. */
  readonly gflops: number | null;
  /** gflops / the ceiling's; of WebGPU systems, for the others compute elsewhere. */
  readonly ceilingShare: number | null;
  /** Minified and gzipped: what a page loads for this system. */
  readonly bundleBytes: number | null;
  /** Before the first update, and at step `lossStep`, the last step that all systems read where there is one. */
  readonly loss: readonly [number | null, number | null];
  readonly lossStep: number | null;
  readonly checks: Checks;
  /** Why this row does not count, if it does not. */
  readonly error?: string;
  /** What a reader should know of the row. */
  readonly note?: string;
}

/** null: not known. */
export interface Checks {
  /** The first loss is the oracle's. */
  readonly firstLoss: boolean | null;
  /** The last loss that was read is below the first. */
  readonly wentDown: boolean | null;
  /** The loss at the common step is the float64 reference's. */
  readonly agrees: boolean | null;
}

/** Something that was asked for, or is there by default, and was not measured or only in part. */
export interface Cut {
  readonly name: string;
  /** `left out`, or what was done less of: `3 steps in place of 30`. */
  readonly what: string;
  readonly why: string;
}

/** One time step at B = 1, states carried, and writing text. */
export interface Inference {
  readonly name: string;
  readonly system: string;
  readonly backend: string;
  /** Of one time step whose output was read. Median over rounds. */
  readonly msPerTimeStep: number | null;
  readonly spread: number | null;
  /** Sampled, each token fed back; null where the system has no generation of its own. */
  readonly tokensPerSecond: number | null;
  readonly error?: string;
}

/** How one system's step grows along one axis; the other axes are those of `base`. */
export interface Curve {
  readonly runtime: Runtime;
  readonly date: string;
  readonly axis: 'hidden' | 'batch' | 'timeSteps';
  /** The size that the other axes are from: S. */
  readonly base: string;
  readonly name: string;
  readonly system: string;
  readonly backend: string;
  readonly driver?: Driver;
  /** In rising order of `value`. */
  readonly points: readonly CurvePoint[];
}

export interface CurvePoint {
  /** Units, batch rows or time steps. */
  readonly value: number;
  readonly msPerStep: number;
  readonly spread: number | null;
  readonly gflops: number;
}

/** Every kernel alone against its floor, and a training step by dispatch. */
export interface KernelReport extends Conditions {
  /** Copy, read and written bytes, GB/s. */
  readonly bandwidth: number;
  /** Of a dispatch that does nothing, measured as the others are: no kernel is faster. */
  readonly emptyMicroseconds: number;
  readonly kernels: readonly KernelFigure[];
  readonly breakdowns: readonly Breakdown[];
}

export interface KernelFigure {
  /** Of shaders/: `recurrence/step`. */
  readonly kernel: string;
  /** The size whose shapes it was given. */
  readonly size: string;
  readonly label: string;
  readonly microseconds: number;
  readonly bytes: number;
  readonly flops: number;
  /** max(bytes / bandwidth, flops / ceiling). */
  readonly floorMicroseconds: number;
  readonly bound: 'bytes' | 'flops';
  /** Dispatches in a training step of that size, and the share of the step's time that they take. */
  readonly dispatches: number;
  readonly share: number;
}

/** One training step of Latch by dispatch label. */
export interface Breakdown {
  readonly size: string;
  readonly driver: Driver;
  /** `timestamps`: queries around each dispatch; `alone`: each kernel's own time times its dispatches. */
  readonly from: 'timestamps' | 'alone';
  readonly rows: readonly { readonly label: string; readonly dispatches: number; readonly microseconds: number }[];
}
