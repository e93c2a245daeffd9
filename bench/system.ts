import type { Problem } from './problem.js';

/** One system under measurement, in its own page. */
export interface System {
  readonly name: string;
  /** What does the arithmetic: 'webgpu', 'wasm', 'webgl', 'cpu'. */
  readonly backend: string;
  /** Builds the model with the problem's weights. Compilation may happen here or in the first step; both are timed. */
  create(problem: Problem): Promise<Training>;
}

export interface Training {
  /** One update on the problem's batch. Need not wait for the device, and need not return the loss. */
  step(): Promise<number | void>;
  /** Waits for all steps so far; the loss of the last one, before its update, in nats. */
  readLoss(): Promise<number>;
  dispose(): void | Promise<void>;
}

interface Entry {
  readonly name: string;
  readonly backend: string;
  readonly load: () => Promise<{ system: System }>;
}

const tfjs = (backend: 'webgpu' | 'wasm' | 'webgl' | 'cpu') => () =>
  import('./systems/tfjs.js').then(async (module) => ({ system: await module.tfjs(backend) }));
const jax = (backend: 'webgpu' | 'wasm') => () =>
  import('./systems/jax.js').then((module) => ({ system: module.jax(backend) }));

/** Measured in every run. */
export const OWN: Readonly<Record<string, Entry>> = {
  latch: { name: 'latch', backend: 'webgpu', load: () => import('./systems/latch.js') },
  reference: { name: 'reference', backend: 'cpu', load: () => import('./systems/reference.js') },
};

/** What `--peers` accepts. */
export const PEERS: Readonly<Record<string, Entry>> = {
  tfjs: { name: 'tfjs', backend: 'webgpu', load: tfjs('webgpu') },
  'tfjs-wasm': { name: 'tfjs', backend: 'wasm', load: tfjs('wasm') },
  'tfjs-webgl': { name: 'tfjs', backend: 'webgl', load: tfjs('webgl') },
  'tfjs-cpu': { name: 'tfjs', backend: 'cpu', load: tfjs('cpu') },
  jax: { name: 'jax', backend: 'webgpu', load: jax('webgpu') },
  'jax-wasm': { name: 'jax', backend: 'wasm', load: jax('wasm') },
};

/** The entry of a name; its module is loaded only in the page that measures it. */
export function systemEntry(name: string): Entry {
  const entry = OWN[name] ?? PEERS[name];
  if (entry) return entry;
  throw new Error(`No system "${name}"; known: ${[...Object.keys(OWN), ...Object.keys(PEERS)].join(', ')}.`);
}
