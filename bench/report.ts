import type { Run } from './contest.js';
import { flopsPerStep, SIZES, type SizeName } from './problem.js';

/** A first loss further than this from the float64 oracle marks a row as wrong. */
export const LOSS_TOLERANCE = 1e-3;

export interface Result {
  system: string;
  backend: string;
  size: SizeName;
  /** Median over rounds; null where none was finished. */
  msPerStep: number | null;
  /** (slowest − fastest round) / median; null with fewer than two rounds. */
  spread: number | null;
  /** Steps that msPerStep rests on. */
  steps: number;
  firstStepMs: number | null;
  /** Per step after warm-up, counted at the WebGPU prototypes; null on other backends. */
  dispatches: number | null;
  submits: number | null;
  buffersCreated: number | null;
  /** Peak bytes of buffers alive, compilation included. */
  gpuBytes: number | null;
  gflops: number | null;
  /** Before the first update, and at step `lossStep`, the last step that all systems read where there is one. */
  loss: [number | null, number | null];
  lossStep: number | null;
  /** Why this row does not count, if it does not. */
  error?: string;
  /**
   * What a reader should know of the row: a peer whose loss goes elsewhere than the reference's computes something
   * else.
   */
  note?: string;
}

export interface Report {
  adapter: string;
  ceilingGflops: number;
  ceilingForm: string;
  size: SizeName;
  expectedFirstLoss: number;
  results: Result[];
}

export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The last step whose loss every healthy run has read, so that "last" means the same; null where they share none. */
export function lastCommonStep(runs: readonly Run[]): number | null {
  const read = runs.filter((run) => run.error === undefined).map((run) => Object.keys(run.losses).map(Number));
  const common = (read[0] ?? []).filter((step) => read.every((steps) => steps.includes(step)));
  return common.length > 0 ? Math.max(...common) : null;
}

export function resultOf(run: Run, size: SizeName, commonStep: number | null, expected: number): Result {
  const msPerStep = median(run.rounds.map((round) => round.msPerStep));
  const times = run.rounds.map((round) => round.msPerStep);
  const onGpu = run.backend === 'webgpu';
  const counted = (key: 'dispatches' | 'submits' | 'buffersCreated') =>
    (onGpu ? median(run.rounds.map((round) => round[key])) : null);
  const first = run.started?.firstLoss ?? null;
  const error = run.error ?? wrongLoss(first, expected);
  return {
    system: run.name,
    backend: run.backend,
    size,
    msPerStep,
    spread: msPerStep !== null && times.length > 1 ? (Math.max(...times) - Math.min(...times)) / msPerStep : null,
    steps: run.rounds.reduce((sum, round) => sum + round.steps, 0),
    firstStepMs: run.started?.firstStepMs ?? null,
    dispatches: counted('dispatches'),
    submits: counted('submits'),
    buffersCreated: counted('buffersCreated'),
    gpuBytes: onGpu && run.rounds.length > 0 ? Math.max(...run.rounds.map((round) => round.bytesPeak)) : null,
    gflops: msPerStep === null ? null : flopsPerStep(SIZES[size]) / msPerStep / 1e6,
    loss: [first, commonStep === null ? null : run.losses[commonStep] ?? null],
    lossStep: commonStep,
    ...(error === undefined ? {} : { error }),
  };
}

function wrongLoss(first: number | null, expected: number): string | undefined {
  // Written so that NaN is wrong too.
  if (first === null || Math.abs(first - expected) <= LOSS_TOLERANCE) return undefined;
  return `wrong: its first loss is ${first}, the float64 oracle's ${expected}`;
}

/** Rows whose loss at the common step is not the float64 reference's: an error in our own, a note on a peer's. */
export function judgeLastLosses(results: readonly Result[]): Result[] {
  const reference = results.find(({ system }) => system === 'reference')?.loss[1];
  if (reference === undefined || reference === null) return [...results];
  return results.map((result) => {
    const last = result.loss[1];
    if (result.error !== undefined || last === null || Math.abs(last - reference) <= LOSS_TOLERANCE) return result;
    const text = `wrong: its loss at step ${result.lossStep} is ${last}, the float64 reference's ${reference}`;
    return { ...result, ...(result.system === 'latch' ? { error: text } : { note: text }) };
  });
}

/** The report as lines of text, the fastest system first. */
export function formatReport(report: Report): string {
  const { vocabulary, hidden, layers, timeSteps, batch } = SIZES[report.size];
  const order = [...report.results].sort((a, b) => (a.msPerStep ?? Infinity) - (b.msPerStep ?? Infinity));
  const own = report.results.find(({ system }) => system === 'latch')?.msPerStep ?? null;
  const header = ['system', 'backend', 'ms/step', '× latch', 'spread', 'steps', 'first ms', 'dispatches', 'submits',
    'buffers', 'GPU MB', 'GFLOP/s', 'loss first', `at step ${order[0]?.lossStep ?? '-'}`];
  const rows = order.map((r) => [
    r.system, r.backend, fixed(r.msPerStep, 2),
    r.msPerStep === null || own === null ? '-' : fixed(r.msPerStep / own, 2),
    r.spread === null ? '-' : `${fixed(r.spread * 100, 0)}%`,
    String(r.steps), fixed(r.firstStepMs, 0), fixed(r.dispatches, 0), fixed(r.submits, 0), fixed(r.buffersCreated, 0),
    fixed(r.gpuBytes === null ? null : r.gpuBytes / 1e6, 1), fixed(r.gflops, 3),
    fixed(r.loss[0], 5), fixed(r.loss[1], 5),
  ]);
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return [
    `Size ${report.size}: vocabulary ${vocabulary}, hidden ${hidden}, layers ${layers}, T ${timeSteps}, B ${batch}`,
    `Adapter: ${report.adapter}`,
    `Matmul 512³ on it: ${fixed(report.ceilingGflops, 2)} GFLOP/s (${report.ceilingForm})`,
    '',
    line(header),
    ...rows.map(line),
    '',
    'ms/step: median of rounds taken in turn; spread: (slowest - fastest round) / median; buffers: created a step.',
    ...order.flatMap((r) => (r.steps === 1 ? [`${r.system} (${r.backend}): one step measured.`] : [])),
    ...order.flatMap((r) => (r.error === undefined ? [] : [`${r.system} (${r.backend}): ${r.error}`])),
    ...order.flatMap((r) => (r.note === undefined ? [] : [`${r.system} (${r.backend}): ${r.note}`])),
  ].join('\n');
}

const fixed = (value: number | null, digits: number): string => (value === null ? '-' : value.toFixed(digits));
