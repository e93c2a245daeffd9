import type { Driver } from '../src/index.js';
import type { Problem } from './problem.js';
import type { Runtime } from './report-types.js';

/** One system under measurement, in its own page. */
export interface System {
  readonly name: string;
  /** What does the arithmetic: 'webgpu', 'wasm', 'webgl', 'cpu'. */
  readonly backend: string;
  /** Builds the model with the problem's weights. Compilation may happen here or in the first step; both are timed. */
  create(problem: Problem): Promise<Training>;
  /** The same network one time step at a time, where the system has a natural way to do so. */
  infer?(problem: Problem): Promise<Inferring>;
}

export interface Training {
  /** One update on the problem's batch. Need not wait for the device, and need not return the loss. */
  step(): Promise<number | void>;
  /** Waits for all steps so far; the loss of the last one, before its update, in nats. */
  readLoss(): Promise<number>;
  dispose(): void | Promise<void>;
}

/** A network at B = 1 whose states go on from call to call. */
export interface Inferring {
  /** One time step. Returns the logits [vocabulary], on the CPU. */
  step(token: number): Promise<ArrayLike<number>>;
  /** Writes this many tokens, each fed back; absent where the system has no generation of its own. */
  generate?(length: number): Promise<void>;
  dispose(): void | Promise<void>;
}

export interface Entry {
  readonly system: string;
  readonly backend: string;
  /** Latch's driver. */
  readonly driver?: Driver;
  /** Networks side by side. */
  readonly trials?: number;
  /** Where it runs; both where absent. */
  readonly runtimes?: readonly Runtime[];
  /** Its module is loaded only in the page that measures it. */
  readonly load: () => Promise<{ system: System }>;
}

const latch = (driver?: Driver, trials?: number): Entry => ({
  system: 'latch',
  backend: 'webgpu',
  ...(driver ? { driver } : {}),
  ...(trials === undefined ? {} : { trials }),
  load: () => import('./systems/latch.js').then((module) => ({ system: module.latch(driver, trials) })),
});
const tfjs = (backend: 'webgpu' | 'wasm' | 'webgl' | 'cpu'): Entry => ({
  system: 'tfjs',
  backend,
  ...(backend === 'webgl' ? { runtimes: ['chrome'] } : {}),
  load: () => import('./systems/tfjs.js').then(async (module) => ({ system: await module.tfjs(backend) })),
});
const jax = (backend: 'webgpu' | 'wasm'): Entry => ({
  system: 'jax',
  backend,
  load: () => import('./systems/jax.js').then((module) => ({ system: module.jax(backend) })),
});

/** The project's own, measured in every run. `latch` is what it chooses by itself. */
export const OWN: Readonly<Record<string, Entry>> = {
  'latch': latch(),
  'latch-step': latch('step'),
  'latch-sequence': latch('sequence'),
  'reference': { system: 'reference', backend: 'cpu', load: () => import('./systems/reference.js') },
  'float32': {
    system: 'float32',
    backend: 'cpu',
    async load() {
      const [{ system }, { float32Inference }] =
        await Promise.all([import('./systems/float32.js'), import('./systems/float32-inference.js')]);
      return { system: { ...system, infer: async (problem) => float32Inference(problem) } };
    },
  },
};

/** Networks side by side that are measured beside one, at this size. */
export const TRIALS = { size: 'XS', count: 8, name: 'latch-trials' } as const;

const TRIALS_ENTRY = latch(undefined, TRIALS.count);

/** The other libraries. `torch` runs in Python, not in a page: bench/torch.ts. */
export const PEERS: Readonly<Record<string, Entry>> = {
  'tfjs': tfjs('webgpu'),
  'tfjs-wasm': tfjs('wasm'),
  'tfjs-webgl': tfjs('webgl'),
  'tfjs-cpu': tfjs('cpu'),
  'jax': jax('webgpu'),
  'jax-wasm': jax('wasm'),
};

export const TORCH = 'torch';

/** Peers that a run measures where none are named: the fast ones of each library, and every backend that has a GPU. */
export const DEFAULT_PEERS: readonly string[] = ['tfjs', 'tfjs-wasm', 'tfjs-webgl', 'jax', 'jax-wasm', TORCH];

/** @throws RangeError for a name that is no system's in a page. */
export function systemEntry(name: string): Entry {
  const entry = name === TRIALS.name ? TRIALS_ENTRY : OWN[name] ?? PEERS[name];
  if (entry) return entry;
  throw new RangeError(`No system "${name}"; known: ${[...Object.keys(OWN), ...Object.keys(PEERS)].join(', ')}.`);
}
