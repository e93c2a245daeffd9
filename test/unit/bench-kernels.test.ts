import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  breakdowns, distance, floorOf, formatKernels, kernelFigures, type Limits,
} from '../../bench/kernels/figures.js';
import type { MeasuredProgram, MeasuredRow } from '../../bench/kernels/measure.js';
import { workloads } from '../../bench/kernels/programs.js';
import { SIZES } from '../../bench/problem.js';

const limits: Limits = { ceiling: { gflops: 2, form: 'blocks, 512³' }, bandwidth: 10, emptyMicroseconds: 1 };
const row = (kernel: string, label: string, microseconds: number, dispatches = 1): MeasuredRow =>
  ({ kernel, label, microseconds, dispatches, bytes: 10_000 * dispatches, flops: 10_000 * dispatches });
const programs: MeasuredProgram[] = [
  { size: 'S', name: 'lstm, step', driver: 'step', chosen: false, from: 'timestamps', rows: [
    row('matmul', 'product', 20), row('step', 'lstm step', 80, 4),
  ] },
  { size: 'S', name: 'lstm, sequence', driver: 'sequence', chosen: true, from: 'timestamps', rows: [
    row('matmul', 'product', 10), row('sequence', 'lstm sequence', 30),
  ] },
  { size: 'S', name: 'dropout', from: 'timestamps', rows: [row('matmul', 'other', 5), row('dropout', 'mask', 100)] },
];

describe('kernels against their floors', () => {
  it('the programs have every kernel of the library between them, on software and on hardware', () => {
    const shaders = ['shaders', 'shaders/recurrence'].flatMap((folder) => readdirSync(folder)
      .filter((file) => file.endsWith('.wgsl')).map((file) => `${folder}/${file}`.slice('shaders/'.length)));
    for (const software of [true, false]) {
      const adapter = { name: '', vendor: '', architecture: '', software };
      const kernels = workloads(SIZES.S, adapter, true)
        .flatMap(({ program }) => program.dispatches.map(({ kernel }) => kernel.file));
      expect(shaders.filter((file) => !kernels.includes(file))).toEqual([]);
    }
  });

  it('a floor is bytes over bandwidth or operations over the ceiling, whichever is longer', () => {
    expect(floorOf({ bytes: 1e6, flops: 1e3 }, limits)).toEqual({ floorMicroseconds: 100, bound: 'bytes' });
    expect(floorOf({ bytes: 1e3, flops: 1e6 }, limits)).toEqual({ floorMicroseconds: 500, bound: 'flops' });
  });

  it('times are of one dispatch, shares of the step that has the kernel, the furthest from its floor first', () => {
    const figures = kernelFigures(programs, limits);
    expect(figures.map(({ label, microseconds, dispatches, share }) => [label, microseconds, dispatches, share]))
      .toEqual([
        ['mask (dropout)', 100, 0, 0], ['lstm sequence', 30, 1, 0.75], ['lstm step', 20, 4, 0.8],
        ['product', 10, 1, 0.25], // of the chosen driver's step; `other` is a matmul too, and not listed again
      ]);
    expect(figures.map(distance)).toEqual([20, 6, 4, 2]);
  });

  it('a step is broken down by label, the longest first', () => {
    expect(breakdowns(programs)).toEqual([
      { size: 'S', driver: 'step', from: 'timestamps', rows: [
        { label: 'lstm step', dispatches: 4, microseconds: 80 }, { label: 'product', dispatches: 1, microseconds: 20 },
      ] },
      { size: 'S', driver: 'sequence', from: 'timestamps', rows: [
        { label: 'lstm sequence', dispatches: 1, microseconds: 30 },
        { label: 'product', dispatches: 1, microseconds: 10 },
      ] },
    ]);
  });

  it('reads as two tables', () => {
    const text = formatKernels(kernelFigures(programs, limits).slice(0, 2), breakdowns(programs).slice(0, 1), limits);
    expect(text).toMatchInlineSnapshot(`
      "Floors: bytes over 10.0 GB/s (a copy), operations over 2.00 GFLOP/s (blocks, 512³).
      µs of one dispatch; one that does nothing takes 1.0.

      kernel    label           size   µs  floor µs  × floor  bound  dispatches  of the step
      dropout   mask (dropout)  S     100       5.0     20.0  flops           -            -
      sequence  lstm sequence   S      30       5.0      6.0  flops           1        75.0%

      One training step of S, driver step: 0.10 ms by timestamps around each dispatch
      label      dispatches     ms  share
      lstm step           4  0.080  80.0%
      product             1  0.020  20.0%"
    `);
  });
});
