import { CellRuns } from '../cell-runs.js';
import { measureCeiling, openCeilingDevice, type Ceiling } from '../ceiling.js';
import { countWebGpuCalls } from '../counters.js';
import type { Driver } from '../../src/index.js';
import { Measurement, type Round, type Started } from '../measure.js';
import { createProblem, SIZES, type SizeName } from '../problem.js';
import { systemEntry } from '../system.js';

/** What the runner calls through the browser: one system a page, so that none disturbs another. */
export interface BenchPage {
  adapter(): Promise<string>;
  ceiling(): Promise<Ceiling>;
  start(system: string, size: SizeName, budgetMs: number): Promise<Started>;
  round(steps: number): Promise<Round>;
  losses(): Record<number, number>;
  stop(): Promise<void>;
  /** `bench:cells`: all cells in one page. Milliseconds of the first step; of a step, over `steps` of them. */
  startCell(cell: string, driver: Driver, size: SizeName): Promise<number>;
  cellRound(cell: string, driver: Driver, steps: number): Promise<number>;
}

declare global {
  interface Window {
    bench: BenchPage;
  }
}

const counts = countWebGpuCalls(); // before any system loads
const measurement = new Measurement(counts);
const cellRuns = new CellRuns();

async function requestAdapter(): Promise<GPUAdapter> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('This browser gives no WebGPU adapter; try another with --chrome PATH.');
  return adapter;
}

window.bench = {
  async adapter() {
    const { info } = await requestAdapter();
    const words = [info.vendor, info.architecture, info.description || info.device].filter(Boolean);
    return words.join(' ') + (info.isFallbackAdapter ? ' (software)' : '');
  },
  async ceiling() {
    const device = await openCeilingDevice(await requestAdapter());
    try {
      return await measureCeiling(device);
    } finally {
      device.destroy();
    }
  },
  async start(name, size, budgetMs) {
    const { system } = await systemEntry(name).load();
    return measurement.start(system, createProblem(SIZES[size]), budgetMs);
  },
  round: (steps) => measurement.round(steps),
  losses: () => measurement.losses,
  stop: () => measurement.stop(),
  startCell: (cell, driver, size) => cellRuns.start(cell, driver, createProblem(SIZES[size])),
  cellRound: (cell, driver, steps) => cellRuns.round(cell, driver, steps),
};
