import type { Breakdown, CeilingFigure, KernelFigure } from '../report-types.js';
import type { MeasuredProgram, MeasuredRow } from './measure.js';

/** What nothing on this adapter is faster than. */
export interface Limits {
  /** GFLOP/s */
  readonly ceiling: CeilingFigure;
  /** GB/s, read and written. */
  readonly bandwidth: number;
  /** Of a dispatch that does nothing. */
  readonly emptyMicroseconds: number;
}

/** Bytes over bandwidth or operations over the ceiling, whichever is longer, in µs. */
export function floorOf(
  { bytes, flops }: Pick<MeasuredRow, 'bytes' | 'flops'>, { ceiling, bandwidth }: Pick<Limits, 'ceiling' | 'bandwidth'>,
): { floorMicroseconds: number; bound: 'bytes' | 'flops' } {
  const moving = bytes / bandwidth / 1e3;
  const computing = flops / ceiling.gflops / 1e3;
  return { floorMicroseconds: Math.max(moving, computing), bound: moving > computing ? 'bytes' : 'flops' };
}

const total = (rows: readonly MeasuredRow[]): number => rows.reduce((sum, { microseconds }) => sum + microseconds, 0);

/**
 * Every kernel once for each label that it has in a training step, then those that no training step of the benchmark
 * has, each once; times and floors are of one dispatch. The furthest from its floor comes first.
 */
export function kernelFigures(programs: readonly MeasuredProgram[], limits: Limits): KernelFigure[] {
  const figures: KernelFigure[] = [];
  // The chosen driver's step speaks for what both have; the other's own kernels come with their share of its step.
  const inOrder = [...programs].sort((a, b) => rank(a) - rank(b));
  for (const { size, name, driver, rows } of inOrder) {
    const step = total(rows);
    for (const row of rows) {
      const { label, kernel, dispatches } = row;
      const known = figures.some((each) =>
        each.size === size && each.kernel === kernel && (driver === undefined || each.label === label));
      if (known) continue;
      const each = { bytes: row.bytes / dispatches, flops: row.flops / dispatches };
      figures.push({
        kernel, size, label: driver === undefined ? `${label} (${name})` : label, ...each, ...floorOf(each, limits),
        microseconds: row.microseconds / dispatches,
        dispatches: driver === undefined ? 0 : dispatches,
        share: driver === undefined ? 0 : row.microseconds / step,
      });
    }
  }
  return figures.sort((a, b) => distance(b) - distance(a));
}

const rank = ({ driver, chosen }: MeasuredProgram): number => (driver === undefined ? 2 : chosen ? 0 : 1);

/** Times the floor. */
export const distance = ({ microseconds, floorMicroseconds }: KernelFigure): number =>
  microseconds / floorMicroseconds;

/** The training steps by label, what takes longest first. */
export function breakdowns(programs: readonly MeasuredProgram[]): Breakdown[] {
  return programs.flatMap(({ size, driver, from, rows }) => (driver === undefined ? [] : [{
    size, driver, from,
    rows: rows.map(({ label, dispatches, microseconds }) => ({ label, dispatches, microseconds }))
      .sort((a, b) => b.microseconds - a.microseconds),
  }]));
}

const table = (header: readonly string[], rows: readonly (readonly string[])[], texts: number): string[] => {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string => row.map((cell, i) =>
    (i < texts ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ').trimEnd();
  return [line(header), ...rows.map(line)];
};

/** Kernels of all sizes, and each training step, as lines of text. */
export function formatKernels(
  figures: readonly KernelFigure[], steps: readonly Breakdown[], { ceiling, bandwidth, emptyMicroseconds }: Limits,
): string {
  const micro = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
  const header = ['kernel', 'label', 'size', 'µs', 'floor µs', '× floor', 'bound', 'dispatches', 'of the step'];
  const rows = figures.map((figure) => [
    figure.kernel, figure.label, figure.size, micro(figure.microseconds), micro(figure.floorMicroseconds),
    distance(figure).toFixed(1), figure.bound, figure.dispatches === 0 ? '-' : String(figure.dispatches),
    figure.dispatches === 0 ? '-' : `${(100 * figure.share).toFixed(1)}%`,
  ]);
  return [
    `Floors: bytes over ${bandwidth.toFixed(1)} GB/s (a copy), operations over ${ceiling.gflops.toFixed(2)} GFLOP/s ` +
    `(${ceiling.form}).`,
    `µs of one dispatch; one that does nothing takes ${micro(emptyMicroseconds)}.`,
    '',
    ...table(header, rows, 3),
    ...steps.flatMap(({ size, driver, from, rows: labels }) => {
      const whole = labels.reduce((sum, { microseconds }) => sum + microseconds, 0);
      return [
        '',
        `One training step of ${size}, driver ${driver}: ${(whole / 1e3).toFixed(2)} ms ` +
        (from === 'timestamps' ? 'by timestamps around each dispatch' : 'of kernels measured alone'),
        ...table(['label', 'dispatches', 'ms', 'share'], labels.map(({ label, dispatches, microseconds }) => [
          label, String(dispatches), (microseconds / 1e3).toFixed(3), `${((100 * microseconds) / whole).toFixed(1)}%`,
        ]), 1),
      ];
    }),
  ].join('\n');
}
