import { openDevice } from '../../src/index.js';
import { measureCeiling, openCeilingDevice } from '../ceiling.js';
import type { Size } from '../problem.js';
import type { KernelReport } from '../report-types.js';
import { breakdowns, kernelFigures, type Limits } from './figures.js';
import { measureEmpty, measurePrograms } from './measure.js';

/** What a page, or a process with Dawn, measures. */
export type KernelMeasurement = Pick<KernelReport, 'adapter' | keyof Limits | 'kernels' | 'breakdowns'>;

/** Runs wherever there is a `navigator.gpu`: the ceiling first, then all programs of each size. */
export async function measureKernels(
  sizes: readonly (readonly [string, Size])[], log: (text: string) => void,
): Promise<KernelMeasurement> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('There is no WebGPU adapter; try another browser with --chrome PATH.');
  log('the ceiling: matmuls and copies');
  const ceilingDevice = await openCeilingDevice(adapter);
  const { gflops, form, bandwidth } = await measureCeiling(ceilingDevice);
  ceilingDevice.destroy();
  const device = await openDevice();
  const emptyMicroseconds = await measureEmpty(device);
  const programs = [];
  for (const [name, size] of sizes) programs.push(...await measurePrograms(device, name, size, log));
  device.destroy();
  const limits = { ceiling: { gflops, form }, bandwidth, emptyMicroseconds };
  const { info } = adapter;
  const words = [info.vendor, info.architecture, info.description || info.device].filter(Boolean).join(' ');
  return {
    adapter: words + (device.adapter.software ? ' (software)' : ''),
    ...limits, kernels: kernelFigures(programs, limits), breakdowns: breakdowns(programs),
  };
}
