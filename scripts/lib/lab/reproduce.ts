// `npm run lab -- reproduce`: the plan's experiments, one after another, into one JSON and two reports.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../files.js';
import { htmlReport } from './html.js';
import type { Lab } from './lab.js';
import { markdownReport } from './markdown.js';
import type { PlannedRow, Section } from './plan.js';
import { type Report, reportOf, type ReproduceFile } from './report.js';
import { findingsOf, type LabRow, merge, NOTHING } from './row.js';

export interface ReproduceFiles { readonly json: string; readonly markdown: string; readonly html: string }

export function filesIn(folder: string, full: boolean): ReproduceFiles {
  mkdirSync(folder, { recursive: true });
  const name = join(folder, full ? 'reproduce-full' : 'reproduce');
  return { json: `${name}.json`, markdown: `${name}.md`, html: `${name}.html` };
}

/** Conditions of a run, for the record. */
export interface Conditions { readonly full: boolean; readonly command: string; readonly date: string }

/** What the JSON holds: rows as they are, but for figures and points that nobody reads. */
export function fileOf({ full, command, date }: Conditions, rows: readonly LabRow[]): ReproduceFile {
  const { adapter, seconds } = rows.map(findingsOf).reduce((all, each) => merge(all, each), NOTHING);
  return { format: 1, full, command, date, adapter, seconds, rows: rows.map(thinned) };
}

const CURVE_POINTS = 40;

/** A report is committed: its file should not be of megabytes. */
function thinned(row: LabRow): LabRow {
  const { trialResults, flow } = row;
  const short = (value: number): number => Number(value.toPrecision(4));
  return {
    ...row,
    trialResults: trialResults.map((trial) => {
      const every = Math.ceil(trial.curve.length / CURVE_POINTS); // the last point stays
      const points = trial.curve.filter((_, j, { length }) => (length - 1 - j) % every === 0);
      return { ...trial, curve: points.map(([at, error, wrong]) => [at, short(error), short(wrong)] as const) };
    }),
    ...(flow ? { flow: { ...flow, error: flow.error.map(short), jacobian: flow.jacobian.map(short) } } : {}),
  };
}

/** What an earlier run left. @throws RangeError where it is something else */
export function rowsOf(file: string, content: unknown): readonly unknown[] {
  const { format, rows } = (content ?? {}) as Partial<ReproduceFile>;
  if (format !== 1 || !Array.isArray(rows)) {
    throw new RangeError(`${file} holds no results of reproduce: move it away, or name another folder by --out`);
  }
  return rows;
}

export interface RunPlan {
  readonly plan: readonly Section[];
  /** In all; what is not begun by then is not run, and what is under way is stopped. */
  readonly minutes?: number | undefined;
  /** Says which experiment comes next, of how many. */
  readonly label: (planned: PlannedRow, number: number, of: number) => string;
  /** Between two experiments. */
  readonly between: () => Promise<void>;
}

/** Runs the plan. An experiment that fails is shown as failed, and the next one follows. */
export async function runPlan(lab: Lab, { plan, minutes, label, between }: RunPlan): Promise<void> {
  const all = plan.flatMap(({ rows }) => rows);
  const end = minutes === undefined ? undefined : AbortSignal.timeout(60_000 * minutes);
  for (const [i, planned] of all.entries()) {
    if (lab.stopped || end?.aborted) return;
    await lab.run(planned.options, label(planned, i + 1, all.length), end);
    await between();
  }
}

/** Writes both reports beside the JSON. */
export async function writeReports(
  files: ReproduceFiles, file: ReproduceFile, plan: readonly Section[], find: (row: PlannedRow) => LabRow | undefined,
): Promise<Report> {
  const report = reportOf(file, plan, find);
  await writeWhole(files.markdown, markdownReport(report));
  await writeWhole(files.html, htmlReport(report));
  return report;
}
