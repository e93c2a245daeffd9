import { flopsPerStep, type Size } from './problem.js';
import type { Runtime } from './report-types.js';
import { systemEntry } from './system.js';

/** Seconds of a training step: a part for each layer and time step, whatever its width, and a part for arithmetic. */
interface Cost {
  readonly perLayerStep: number;
  readonly perGflop: number;
  /** Seconds that compilation adds to the first step, for each layer and time step. */
  readonly first?: number;
}

/** On two slow cores; from runs at XS, S and M. Good enough to see what would take minutes. */
const ON_CPU: Readonly<Record<string, Cost>> = {
  'reference': { perLayerStep: 0, perGflop: 0.38 },
  'float32': { perLayerStep: 0, perGflop: 0.25 },
  'tfjs-wasm': { perLayerStep: 0.0005, perGflop: 0.95 },
  'tfjs-cpu': { perLayerStep: 0.002, perGflop: 2.8 },
  'jax-wasm': { perLayerStep: 0.005, perGflop: 0.2, first: 0.04 },
};

const ON_SOFTWARE_ADAPTER: Readonly<Record<string, Cost>> = {
  'latch': { perLayerStep: 0.0003, perGflop: 0.35, first: 0.01 },
  'tfjs': { perLayerStep: 0.035, perGflop: 7, first: 0.12 },
  'tfjs-webgl': { perLayerStep: 0.005, perGflop: 0.9, first: 0.05 },
  'jax': { perLayerStep: 0.006, perGflop: 1.2, first: 0.15 },
};

/** A real GPU: dispatches decide. */
const ON_GPU: Readonly<Record<string, Cost>> = {
  'latch': { perLayerStep: 0.0001, perGflop: 0.001, first: 0.005 },
  'tfjs': { perLayerStep: 0.005, perGflop: 0.002, first: 0.02 },
  'tfjs-webgl': { perLayerStep: 0.005, perGflop: 0.002, first: 0.02 },
  'jax': { perLayerStep: 0.004, perGflop: 0.002, first: 0.08 },
};

/** Roughly what a system takes: seconds of its first step, and of each one after. */
export interface Expected { readonly first: number; readonly step: number }

export function expectedSeconds(name: string, size: Size, software: boolean): Expected {
  const table = { ...(software ? ON_SOFTWARE_ADAPTER : ON_GPU), ...ON_CPU };
  const { perLayerStep, perGflop, first = 0 } = table[name] ?? table.latch!; // all of Latch's are alike
  const layerSteps = size.layers * size.timeSteps;
  const step = perLayerStep * layerSteps + perGflop * flopsPerStep(size) / 1e9;
  return { first: 1 + step + first * layerSteps, step };
}

/** Why a system cannot run there, where that is known. */
export function whyNot(name: string, size: Size, runtime: Runtime): string | undefined {
  const { runtimes } = systemEntry(name);
  if (runtimes && !runtimes.includes(runtime)) return `it runs in ${runtimes.join(' and ')} alone`;
  // Its memory is one WebAssembly memory, and it keeps every intermediate of the unrolled network.
  const kept = size.layers * size.timeSteps * size.batch * size.hidden;
  if (name === 'jax-wasm' && kept > JAX_WASM_LIMIT) return 'it runs out of its 4 GiB of WebAssembly memory';
  return undefined;
}

/** Layers · T · B · H; 1.0e6 runs (M), 8.4e6 does not (L). */
const JAX_WASM_LIMIT = 4e6;
