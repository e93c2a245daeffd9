import type { Curve, Cut, Inference, Report, Result } from './report-types.js';

/** The report as lines of text, the fastest system first. */
export function formatReport(report: Report): string {
  const { vocabulary, hidden, layers, timeSteps, batch } = report.shape;
  const { gflops, form } = report.ceiling;
  return [
    `Size ${report.size}: vocabulary ${vocabulary}, hidden ${hidden}, layers ${layers}, T ${timeSteps}, B ${batch}`,
    `On ${report.adapter}, ${report.version}, whose best matmul reaches ${fixed(gflops, 2)} GFLOP/s (${form})`,
    '',
    ...trainingTable(report),
    ...inferenceTable(report.inference),
    ...remarks(report.results, report.inference, report.cut),
  ].join('\n');
}

function trainingTable({ results, shape }: Report): string[] {
  const order = [...results].sort((a, b) => (a.msPerStep ?? Infinity) - (b.msPerStep ?? Infinity));
  const own = results.find(({ chosen, trials = 1 }) => chosen === true && trials === 1)?.msPerStep ?? null;
  const header = ['system', 'backend', 'ms/step', '× latch', 'spread', 'steps', 'sync ms', 'µs/T', 'first ms',
    'dispatches', 'submits', 'buffers', 'GPU MB', 'GFLOP/s', 'of best', 'KB gz', 'loss first',
    `at step ${order.find(({ lossStep }) => lossStep !== null)?.lossStep ?? '–'}`];
  const rows = order.map((r) => [
    labelOf(r), r.backend, significant(r.msPerStep),
    r.msPerStep === null || own === null ? '–' : fixed(r.msPerStep / own, 2),
    percent(r.spread), String(r.steps), significant(r.msPerStepSync), significant(r.usPerTimeStep),
    fixed(r.firstStepMs, 0), fixed(r.dispatches, 0), fixed(r.submits, 0), fixed(r.buffersCreated, 0),
    fixed(r.gpuBytes === null ? null : r.gpuBytes / 1e6, 1), significant(r.gflops), percent(r.ceilingShare),
    fixed(r.bundleBytes === null ? null : r.bundleBytes / 1024, 0), fixed(r.loss[0], 5), fixed(r.loss[1], 5),
  ]);
  return [
    ...columns(header, rows),
    '',
    'ms/step: median of rounds taken in turn, the loss read at the end of each. spread: (slowest − fastest round) /',
    `median. sync: the loss read after every step. µs/T: of each of ${shape.timeSteps} time steps. Dispatches,`,
    'submits, buffers: made in a step. of best: share of the best matmul. KB gz: what a page loads.',
  ];
}

/** `latch-sequence *` where Latch takes that driver by itself; `latch-sequence, 8 trials`. */
function labelOf({ name, chosen, trials = 1 }: Result): string {
  return `${name}${trials > 1 ? `, ${trials} trials` : chosen ? ' *' : ''}`;
}

function inferenceTable(inference: readonly Inference[]): string[] {
  if (inference.length === 0) return [];
  const order = [...inference].sort((a, b) => (a.msPerTimeStep ?? Infinity) - (b.msPerTimeStep ?? Infinity));
  const rows = order.map((r) => [r.name, r.backend, significant(r.msPerTimeStep), percent(r.spread),
    fixed(r.tokensPerSecond, 0)]);
  return [
    '', 'Inference: one time step at B = 1, logits read; text of its own, tokens a second.', '',
    ...columns(['system', 'backend', 'ms', 'spread', 'tokens/s'], rows),
  ];
}

function remarks(results: readonly Result[], inference: readonly Inference[], cut: readonly Cut[]): string[] {
  const chosen = results.find((result) => result.chosen === true);
  const lines = [
    ...(chosen ? [`* What Latch chooses here by itself: ${chosen.driver}.`] : []),
    ...results.flatMap((r) => (r.error === undefined ? [] : [`${labelOf(r)} (${r.backend}): ${r.error}`])),
    ...results.flatMap((r) => (r.note === undefined ? [] : [`${labelOf(r)} (${r.backend}): ${r.note}`])),
    ...inference.flatMap((r) => (r.error === undefined ? [] : [`${r.name}, inference: ${r.error}`])),
    ...cut.map(({ name, what, why }) => `Cut: ${name}, ${what}: ${why}.`),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

/** The curves as lines of text: ms a step. */
export function formatCurves(curves: readonly Curve[]): string {
  const axes = [...new Set(curves.map(({ axis }) => axis))];
  return axes.flatMap((axis) => {
    const rows = curves.filter((curve) => curve.axis === axis);
    const values = [...new Set(rows.flatMap(({ points }) => points.map(({ value }) => value)))].sort((a, b) => a - b);
    const cells = rows.map(({ name, backend, points }) => [name, backend, ...values.map((value) =>
      significant(points.find((point) => point.value === value)?.msPerStep ?? null))]);
    return [
      `ms/step over ${axis}, the rest as in ${rows[0]!.base}`, '',
      ...columns(['system', 'backend', ...values.map(String)], cells), '',
    ];
  }).join('\n');
}

/** Text in columns: the first two to the left, numbers to the right. */
function columns(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) => cells.map((cell, i) =>
    (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ').trimEnd();
  return [line(header), ...rows.map(line)];
}

const fixed = (value: number | null, digits: number): string => (value === null ? '–' : value.toFixed(digits));
const percent = (value: number | null): string => (value === null ? '–' : `${fixed(value * 100, 0)}%`);

/** Three digits that say something: 0.523, 18.2, 331, 51149. */
function significant(value: number | null): string {
  if (value === null) return '–';
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3);
}
