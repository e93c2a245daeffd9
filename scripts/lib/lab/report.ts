// The report of `reproduce` as data: what the Markdown and the HTML are written from.
import type { LabRow } from './row.js';
import type { Lookup, PlannedRow, Section } from './plan.js';
import { boundText, count, figure, oursFigure, paperFigure, percent, times } from './summary.js';

/** What `reproduce` keeps: all rows, and under which conditions they were found. */
export interface ReproduceFile {
  readonly format: 1;
  readonly full: boolean;
  readonly command: string;
  readonly date: string;
  readonly adapter: string;
  readonly seconds: number;
  readonly rows: readonly LabRow[];
}

export interface Report extends Omit<ReproduceFile, 'rows' | 'format'> {
  readonly sections: readonly ReportSection[];
}

export interface ReportSection extends Omit<Section, 'rows' | 'claims'> {
  readonly claims: readonly ReportClaim[];
  readonly entries: readonly Entry[];
}

export interface ReportClaim {
  readonly text: string;
  readonly ours: string;
  readonly verdict: 'holds' | 'MISSED' | 'not run';
}

/** A planned row and what came of it: nothing where it was not run. */
export interface Entry extends PlannedRow {
  readonly row: LabRow | undefined;
}

/** @param find the row of an experiment of the plan */
export function reportOf(
  file: Omit<ReproduceFile, 'rows' | 'format'>, plan: readonly Section[],
  find: (planned: PlannedRow) => LabRow | undefined,
): Report {
  const entries = plan.map(({ rows }) => rows.map((planned): Entry => ({ ...planned, row: find(planned) })));
  const rows = new Map(entries.flat().map(({ name, row }) => [name, row]));
  const lookup: Lookup = (name) => rows.get(name);
  return {
    ...file,
    sections: plan.map(({ id, title, about, claims, plots }, i) => ({
      id, title, about, plots, entries: entries[i]!,
      claims: claims.map(({ text, judge }): ReportClaim => {
        const judged = judge(lookup);
        if (!judged) return { text, ours: '–', verdict: 'not run' };
        return { text, ours: judged.ours, verdict: judged.holds ? 'holds' : 'MISSED' };
      }),
    })),
  };
}

export const TABLE_HEADER = ['experiment', 'cell', 'figure in the paper', 'ours', 'ratio', 'bound', 'success',
  'sequences (median)', 'wrong', 'mean error', 'gradient flow'] as const;
/** Columns of text. */
export const TEXTS: readonly number[] = [0, 1, 2, 5, 10];

/** A line of a section's table. */
export function tableLine({ name, row }: Entry): string[] {
  if (!row) return [name, ...TABLE_HEADER.slice(1).map((_, i) => (i === 4 ? 'not run' : '–'))];
  const ended = row.trialResults.length;
  const why = row.failed === undefined ? '' : `: ${row.failed}`;
  const cut = ended === row.trials ? '' : ` (${ended} of ${row.trials} trials ended${why})`;
  return [
    `${name}${cut}`, row.cell,
    row.paper && row.comparison ? `${paperFigure(row)} (${row.paper.known})` : row.paper?.text ?? '–',
    oursFigure(row), times(row.comparison?.ratio ?? null), boundText(row),
    `${row.success}/${row.trials}`, count(row.sequencesToSuccess.median), percent(row.testError),
    figure(row.testMeanError), row.gradientFlow ?? '–',
  ];
}

/** `3 of 7 claims hold, 2 are missed, 2 were not run` and the same of bounds. */
export function tally({ sections }: Report): string {
  const claims = sections.flatMap((section) => section.claims);
  const rows = sections.flatMap(({ entries }) => entries.flatMap(({ row }) => row ?? []));
  const all = sections.flatMap(({ entries }) => entries).length;
  const bounds = rows.flatMap(({ comparison }) => comparison?.within ?? []);
  const of = (verdict: ReportClaim['verdict']): number => claims.filter((claim) => claim.verdict === verdict).length;
  return `${of('holds')} of ${claims.length} claims hold, ${of('MISSED')} missed, ${of('not run')} not run. ` +
    `${bounds.filter(Boolean).length} of ${bounds.length} figures with a stated bound are within it. ` +
    `${rows.length} of ${all} experiments were run.`;
}
