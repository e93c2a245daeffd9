import type { Program } from './program.js';

/** One row of a printed program: a dispatch that comes again in time, or for another segment of it, is one row. */
export interface ProgramRow {
  readonly label: string;
  readonly kernel: string;
  readonly count: number;
  readonly workgroups: string;
  readonly bytes: number;
  readonly flops: number;
  /** Measured, all of the row's dispatches together, where timestamps exist. */
  readonly microseconds?: number;
}

/** The program as rows; `times` are measured µs a dispatch, in order. */
export function explain({ dispatches }: Program, times?: readonly number[]): ProgramRow[] {
  const rows: ProgramRow[] = [];
  dispatches.forEach(({ label, kernel, time }, index) => {
    const { bytes, flops } = kernel.cost;
    const microseconds = times?.[index];
    const file = kernel.file.replace('.wgsl', '');
    const workgroups = kernel.workgroups.join('×');
    const at = rows.findIndex((row) =>
      row.label === label && row.kernel === file && (typeof time === 'number' || row.workgroups === workgroups));
    const last = rows[at];
    if (last) {
      rows[at] = {
        ...last, count: last.count + 1, bytes: last.bytes + bytes, flops: last.flops + flops,
        ...(microseconds === undefined ? {} : { microseconds: (last.microseconds ?? 0) + microseconds }),
      };
      return;
    }
    rows.push({
      label, kernel: file, count: 1, workgroups, bytes, flops,
      ...(microseconds === undefined ? {} : { microseconds }),
    });
  });
  return rows;
}

/** {@link explain} as a text table with a line of totals. */
export function explainTable(program: Program, times?: readonly number[]): string {
  const rows = explain(program, times);
  const header = ['label', 'kernel', 'dispatches', 'workgroups', 'KB', 'MFLOP', ...(times ? ['µs'] : [])];
  const cells = rows.map((row) => [
    row.label, row.kernel, String(row.count), row.workgroups,
    (row.bytes / 1e3).toFixed(1), (row.flops / 1e6).toFixed(3),
    ...(times ? [(row.microseconds ?? 0).toFixed(1)] : []),
  ]);
  const total = (pick: (row: ProgramRow) => number): number => rows.reduce((sum, row) => sum + pick(row), 0);
  const totals = [
    'total', '', String(program.dispatches.length), '',
    (total((r) => r.bytes) / 1e3).toFixed(1), (total((r) => r.flops) / 1e6).toFixed(3),
    ...(times ? [total((r) => r.microseconds ?? 0).toFixed(1)] : []),
  ];
  const widths = header.map((name, c) =>
    Math.max(name.length, totals[c]!.length, ...cells.map((row) => row[c]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, c) => (c < 2 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  ').trimEnd();
  return [line(header), widths.map((w) => '─'.repeat(w)).join('  '), ...cells.map(line), line(totals)].join('\n');
}
