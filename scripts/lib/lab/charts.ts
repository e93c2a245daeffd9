// What the report's plots show, as data.
import type { LabRow } from './row.js';
import type { Entry, ReportSection } from './report.js';
import { share } from './summary.js';

/** What report-client.js draws. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** The y axis is logarithmic. */
  readonly log: boolean;
  /** Rising. */
  readonly values: readonly number[];
  /** A value for each of `values`, null where there is none. */
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

/** Success over two numbers of the task. */
export interface HeatMap {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly columns: readonly number[];
  /** From the top down. */
  readonly rows: readonly number[];
  /** [rows][columns]: 0 to 1, null where nothing was run. */
  readonly shares: readonly (readonly (number | null)[])[];
}

const POINTS = 200;

export function chartsOf(section: ReportSection): Chart[] {
  const run = section.entries.filter((entry): entry is Run => (entry.row?.trialResults.length ?? 0) > 0);
  const charts = section.plots.flatMap((plot): Chart[] => {
    const chart = { id: `${section.id}-${plot}`, log: false };
    switch (plot) {
      case 'success': return [{
        ...chart, title: 'Success against length', x: 'length', y: 'share of trials', ...success(run),
      }];
      case 'curves': return [{
        ...chart, title: 'Mean error of training sequences, first trial', x: 'sequences', y: 'mean |y − target|',
        log: true, ...curves(run),
      }];
      case 'gradients': return (['jacobian', 'error'] as const).map((kind) => ({
        ...chart, id: `${chart.id}-${kind}`, x: 'lag, T − t', log: true,
        title: kind === 'jacobian' ? '‖∂h_T/∂h_t‖ against lag' : '‖∂E/∂h_t‖ against lag', y: 'norm',
        ...gradients(run, kind),
      }));
      case 'map': return [];
    }
  });
  return charts.filter(({ series }) => series.length > 0);
}

type Run = Entry & { readonly row: LabRow };
type Drawn = Pick<Chart, 'values' | 'series'>;
type Line = readonly [name: string, points: ReadonlyMap<number, number>];

function success(run: readonly Run[]): Drawn {
  const lines = new Map<string, Map<number, number>>();
  for (const { row, series = row.cell } of run) {
    lines.set(series, (lines.get(series) ?? new Map()).set(row.length, share(row)));
  }
  return together([...lines]);
}

function curves(run: readonly Run[]): Drawn {
  return together(run.map(({ name, row }): Line =>
    [name, new Map(row.trialResults[0]!.curve.map(([sequences, error]) => [sequences, error]))]));
}

function gradients(run: readonly Run[], kind: 'jacobian' | 'error'): Drawn {
  return together(run.flatMap(({ name, row: { flow } }): Line[] => {
    if (!flow) return [];
    // Of very long sequences, every so many lags.
    const every = Math.ceil(flow[kind].length / POINTS);
    const points = flow[kind].flatMap((norm, lag): [number, number][] => (lag % every === 0 ? [[lag, norm]] : []));
    return [[name, new Map(points)]];
  }));
}

/** Lines over all values of x that any of them has; what a logarithm cannot show is left out by the page. */
function together(lines: readonly Line[]): Drawn {
  const values = [...new Set(lines.flatMap(([, points]) => [...points.keys()]))].sort((a, b) => a - b);
  return {
    values,
    series: lines.map(([name, points]) => ({
      name,
      values: values.map((value) => {
        const y = points.get(value);
        return y === undefined || !Number.isFinite(y) ? null : y;
      }),
    })),
  };
}

/** Success over noise and the recurrent weight at the start, where the section has such a plot. */
export function heatMapOf({ plots, entries, title }: ReportSection): HeatMap | undefined {
  if (!plots.includes('map')) return undefined;
  const at = entries.map(({ row, options: { values = {} } }) => ({
    x: values['noise']!, y: values['weight']!,
    share: row && row.trialResults.length > 0 ? share(row) : null,
  }));
  const columns = [...new Set(at.map(({ x }) => x))].sort((a, b) => a - b);
  const rows = [...new Set(at.map(({ y }) => y))].sort((a, b) => b - a);
  const found = (x: number, y: number): number | null => at.find((one) => one.x === x && one.y === y)?.share ?? null;
  return { title, x: 'noise s', y: 'w0', columns, rows, shares: rows.map((y) => columns.map((x) => found(x, y))) };
}
