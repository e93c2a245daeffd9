// Rows in words, for the terminal.
import type { GradientFlow, TrialResult } from '../../../src/lab/types.js';
import { duration } from '../progress.js';
import type { LabRow } from './row.js';
import { pointName, type Point } from './sweep.js';

const KNOWN = {
  paper: 'read in the paper', notes: 'from notes about the paper', memory: 'from memory, not checked',
} as const;

export const count = (value: number | null): string =>
  (value === null ? '–' : Math.round(value).toLocaleString('en'));

/** `0.42 %`, `33.3 %`, `100 %` */
export function percent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return '–';
  return `${(100 * share).toFixed(share === 0 || share === 1 ? 0 : share < 0.0995 ? 2 : 1)} %`;
}

/** Three figures. */
export const figure = (value: number | null): string =>
  (value === null || !Number.isFinite(value) ? '–' : String(Number(value.toPrecision(3))));

export const times = (ratio: number | null): string => (ratio === null ? '–' : `${figure(ratio)}×`);

/** `length 100, noise 0.2` */
export const valuesText = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values).map(([name, value]) => `${name} ${value}`).join(', ');

/** `lstm-1997, 2 units` and what the set-up's cures are. */
export function setupText({ settings: { setup, layers = 1 } }: Pick<LabRow, 'settings'>): string {
  const { cell, units, optimizer, batch, clip, omega } = setup;
  return [
    `${layers > 1 ? `${layers} × ` : ''}${cell}, ${units} unit${units === 1 ? '' : 's'}`,
    `${optimizer.kind} at ${optimizer.rate}`, `batch ${batch}`,
    ...(clip?.norm ? [`clip norm ${clip.norm}`] : []), ...(clip?.value ? [`clip value ${clip.value}`] : []),
    ...(omega ? [`Ω × ${omega}`] : []),
  ].join(', ');
}

/** `30,900 sequences (20,700 to 36,800)` */
export function sequencesText({ sequencesToSuccess: { median, min, max } }: LabRow): string {
  if (median === null) return '–';
  return `${count(median)} (${count(min)} to ${count(max)})`;
}

export const figureText = ({ paper }: LabRow): string =>
  (paper ? `${paper.text} (${KNOWN[paper.known]})` : 'no figure is known');

/** Ours against the paper's: `0.80× the paper's sequences: within the bound, a factor of 3`. */
export function comparisonText({ paper, comparison, trials, trialResults }: LabRow): string {
  if (paper?.sequences === undefined && paper?.success === undefined) return '–';
  if (trialResults.length < trials) return 'not compared: some trials have not ended, and those that have flatter';
  if (!comparison) return 'not compared: the set-up is not the paper\'s';
  const { ratio, within, of, ours } = comparison;
  const what = ours === null ? 'most trials did not succeed' : ratio === null
    ? `${of === 'success' ? percent(ours) : count(ours)} against 0`
    : `${times(ratio)} the paper's ${of === 'success' ? 'share' : 'sequences'}`;
  const but = paper.but === undefined ? '' : ` (not literally the paper's set-up: ${paper.but})`;
  if (within === null) return `${what}; no bound is stated${but}`;
  return `${what}: ${within ? 'within the bound' : 'MISSED the bound'}, a factor of ${paper.factor}${but}`;
}

export function rowText(row: LabRow): string {
  const { task, settings, success, trials, trialResults, gradientFlow, adapter, seconds, failed, interrupted } = row;
  const values = valuesText(settings.values);
  const ended = trialResults.length === trials ? '' : ` (${trialResults.length} of ${trials} trials have ended)`;
  const reason = failed === undefined ? [] : [['failed', failed]];
  const lines = [
    ['set-up', setupText(row)],
    ['criterion', row.criterion],
    ['success', `${success}/${trials}${ended}`],
    ['sequences', success > 0 ? `${sequencesText(row)} to success, median (least to most)` : '– to success'],
    ['test error', `${percent(row.testError)} of ${count(row.testSequences)} fresh sequences wrong, ` +
      `mean |y − target| ${figure(row.testMeanError)}`],
    ['paper', figureText(row)],
    ...(row.paper && trialResults.length > 0 ? [['ratio', comparisonText(row)]] : []),
    ['gradient flow', gradientFlow ?? '–'],
    ...(row.flow ? flowLines(row.flow) : []),
    ['adapter', adapter || '–'],
    ['time', `${duration(seconds)}${interrupted ? ' (interrupted)' : ''}`],
    ...reason,
  ] as const;
  return [
    `${task}${values ? ` · ${values}` : ''} · ${trials} trial${trials === 1 ? '' : 's'} from seed ${settings.seed}`,
    ...lines.map(([name, text]) => `  ${name!.padEnd(14)} ${text}`),
  ].join('\n');
}

const LAGS = 6;

/** Norms at some lags, the first and the last among them: `1 · 0.6 · 0.2`. */
function atLags(norms: readonly number[]): { readonly lags: readonly number[]; readonly text: string } {
  const last = norms.length - 1;
  const lags = [...new Set(Array.from({ length: LAGS }, (_, i) => Math.round((i * last) / (LAGS - 1))))];
  return { lags, text: lags.map((lag) => figure(norms[lag]!)).join(' · ') };
}

/** What the verdict rests on: norms, the recurrent weights, and how open the gates are. */
function flowLines({ error, jacobian, singularValue, gates }: GradientFlow): readonly (readonly [string, string])[] {
  const { lags, text } = atLags(jacobian);
  const open = gates.map(({ gate, mean, left, right }) =>
    `${gate} ${figure(mean)} (${percent(left)} below .1, ${percent(right)} above .9)`);
  const lines = [
    ['', `at lags ${lags.join(' · ')}`],
    ['‖∂h_T/∂h_t‖', text],
    ['‖∂E/∂h_t‖', atLags(error).text],
    ['', singularValue > 0 ? `largest singular value of the recurrent weights ${figure(singularValue)}` : ''],
    ['gates', open.join('; ')],
  ] as const;
  return lines.filter(([, text]) => text !== '');
}

/** One trial in a line. */
export function trialText({ seed, ended, sequences, trained, test }: TrialResult): string {
  const how = {
    success: `success after ${count(sequences)} sequences`,
    limit: `no success in ${count(trained)} sequences`,
    diverged: `diverged after ${count(trained)} sequences`,
  }[ended];
  return `seed ${seed}: ${how}; ${percent(test.wrong)} of ${count(test.sequences)} fresh ones wrong, ` +
    `mean error ${figure(test.error)}`;
}

const BAR = 20;

/** A share as a bar: `██████░░░░`. */
export function bar(share: number, width = BAR): string {
  const full = Math.round(width * Math.min(1, Math.max(0, share)));
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** Trials that succeeded, of all. */
export const share = ({ success, trials }: Pick<LabRow, 'success' | 'trials'>): number => success / trials;

/** The success curve of a sweep: a line a point. */
export function sweepText(points: readonly Pick<Point, 'at'>[], rows: readonly LabRow[]): string {
  const header = [
    '', 'success', '', 'sequences (median)', 'wrong', 'error', 'gradient flow', 'paper', 'ratio', 'bound',
  ];
  const body = rows.map((row, i) => [
    pointName(points[i]!),
    ...(row.trialResults.length > 0 ? [`${row.success}/${row.trials}`, bar(share(row))] : ['–', '']),
    count(row.sequencesToSuccess.median), percent(row.testError), figure(row.testMeanError),
    row.gradientFlow ?? '–', row.comparison ? paperFigure(row) : '–', times(row.comparison?.ratio ?? null),
    boundText(row),
  ]);
  return columns([header, ...body], [0, 2, 6, 9]);
}

/** The number that ours stands beside. */
export const paperFigure = ({ comparison, paper }: Pick<LabRow, 'comparison' | 'paper'>): string => {
  if (!comparison) return paper?.text ?? '–';
  return comparison.of === 'success' ? percent(comparison.paper) : count(comparison.paper);
};

export const oursFigure = ({ comparison }: Pick<LabRow, 'comparison'>): string => {
  if (!comparison || comparison.ours === null) return '–';
  return comparison.of === 'success' ? percent(comparison.ours) : count(comparison.ours);
};

/** `within 3×`, `MISSED 3×`; why there is nothing to compare. */
export function boundText({ comparison, paper, failed, trialResults }: LabRow): string {
  if (failed !== undefined && trialResults.length === 0) return 'failed';
  if (!comparison) return '–';
  if (comparison.within === null) return 'none stated';
  return `${comparison.within ? 'within' : 'MISSED'} ${paper!.factor}×`;
}

/** Columns as wide as their widest cell; those of `left` are text. */
export function columns(lines: readonly (readonly string[])[], left: readonly number[]): string {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines.map((line) => line.map((cell, i) =>
    (left.includes(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ').trimEnd()).join('\n');
}
