import { type Driver, openDevice } from '../src/index.js';
import { chooseStrategy } from '../src/schedule/tiles.js';
import { CellRuns } from './cell-runs.js';
import { type Ceiling, measureCeiling, openCeilingDevice } from './ceiling.js';
import type { Counts } from './counters.js';
import { InferenceRuns } from './inference-runs.js';
import { Measurement, type Round, type Started } from './measure.js';
import { createProblem, type Size, SIZES, type SizeName } from './problem.js';
import { systemEntry } from './system.js';
import { modelOf } from './systems/engine.js';

/**
 * What a runner asks of the page, or of the process with Dawn, that measures one system; arguments and results are
 * JSON.
 */
export interface Service {
  /** In words: `google swiftshader (software)`. */
  adapter(): Promise<AdapterWords>;
  ceiling(): Promise<Ceiling>;
  /** The driver that Latch takes by itself for a size. */
  chosenDriver(size: Size): Promise<Driver>;
  start(system: string, size: Size, budgetMs: number): Promise<Started>;
  round(steps: number, form: 'natural' | 'sync'): Promise<Round>;
  losses(): Promise<Record<number, number>>;
  stop(): Promise<void>;
  /** Milliseconds of the first time step; null where the system has no natural way to take one. */
  startInference(system: string, size: Size): Promise<number | null>;
  /** Milliseconds of a time step. */
  inferenceRound(steps: number): Promise<number>;
  /** Tokens a second; null where the system does not write by itself. */
  generate(length: number): Promise<number | null>;
  /** `bench:cells`: all cells in one page. Milliseconds of the first step; of a step, over `steps` of them. */
  startCell(cell: string, driver: Driver, size: SizeName): Promise<number>;
  cellRound(cell: string, driver: Driver, steps: number): Promise<number>;
}

export interface AdapterWords {
  readonly name: string;
  readonly software: boolean;
}

async function requestAdapter(): Promise<GPUAdapter> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter) return adapter;
  throw new Error(typeof document === 'undefined'
    ? 'Dawn finds no adapter: install a Vulkan driver, or name one by VK_DRIVER_FILES.'
    : 'This browser gives no WebGPU adapter; try another with --chrome PATH.');
}

/** The service over whatever `navigator.gpu` is. `counts` must have been counting before any system loads. */
export function createService(counts: Counts): Service {
  const measurement = new Measurement(counts);
  const inference = new InferenceRuns();
  const cellRuns = new CellRuns();
  return {
    async adapter() {
      const { info } = await requestAdapter();
      const words = [info.vendor, info.architecture, info.description || info.device].filter(Boolean).join(' ');
      const software = info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(words);
      return { name: words + (software ? ' (software)' : ''), software };
    },
    async ceiling() {
      const device = await openCeilingDevice(await requestAdapter());
      try {
        return await measureCeiling(device);
      } finally {
        device.destroy();
      }
    },
    async chosenDriver(size) {
      const device = await openDevice();
      try {
        return chooseStrategy(device.adapter, { model: modelOf(size), ...size }).driver;
      } finally {
        device.destroy();
      }
    },
    async start(name, size, budgetMs) {
      const { system } = await systemEntry(name).load();
      return measurement.start(system, createProblem(size), budgetMs);
    },
    round: (steps, form) => measurement.round(steps, form),
    losses: async () => measurement.losses,
    stop: () => measurement.stop(),
    async startInference(name, size) {
      const { system } = await systemEntry(name).load();
      return inference.start(system, createProblem(size));
    },
    inferenceRound: (steps) => inference.round(steps),
    generate: (length) => inference.generate(length),
    startCell: (cell, driver, size) => cellRuns.start(cell, driver, createProblem(SIZES[size])),
    cellRound: (cell, driver, steps) => cellRuns.round(cell, driver, steps),
  };
}
