// Bengio's rival algorithms side by side, on the CPU.
import { rivalNamed, rivals, type RivalTrial, runRival } from '../../../src/tasks/rivals/index.js';
import type { Task } from '../../../src/tasks/task.js';
import { median } from './row.js';
import { bar, columns, count, percent } from './summary.js';

/** Sequences that a trial may be shown, where none are named: random searches take many. */
export const RIVAL_LIMIT = 100_000;

export interface RivalSettings {
  readonly task: string;
  readonly values: Readonly<Record<string, number>>;
  readonly limit: number;
  readonly trials: number;
  readonly seed: number;
}

export interface RivalRow {
  readonly algorithm: string;
  readonly source: string;
  readonly success: number;
  readonly trials: number;
  readonly sequencesToSuccess: number | null;
  /** Share of fresh sequences wrong, a mean over the trials. */
  readonly testError: number | null;
  readonly trialResults: readonly RivalTrial[];
  /** Why it is not defined for the task. */
  readonly refused?: string;
}

/** What `--json` writes. */
export interface RivalFile {
  readonly settings: RivalSettings;
  readonly interrupted?: true;
  readonly rows: readonly RivalRow[];
}

/** All names, or those given. @throws RangeError for one that is not known */
export const algorithmNames = (names?: readonly string[]): readonly string[] =>
  names?.map((name) => rivalNamed(name).name) ?? rivals.map(({ name }) => name);

/** One trial. @throws RangeError where the algorithm is not defined for the task */
export type RunTrial = (
  name: string, task: Task, values: Readonly<Record<string, number>>, seed: number, limit: number,
) => Promise<RivalTrial>;

const inThisProcess: RunTrial = async (name, task, values, seed, limit) =>
  runRival(name, task, values, [seed], limit)[0]!;

/**
 * Runs what `before` does not hold yet, trial by trial.
 * @param found called after each trial with its row, and all rows so far
 */
export async function runRivals(
  task: Task, { values, limit, trials, seed }: RivalSettings, names: readonly string[],
  before: readonly RivalRow[], signal: AbortSignal, found: (row: RivalRow, rows: readonly RivalRow[]) => Promise<void>,
  run = inThisProcess,
): Promise<RivalRow[]> {
  const rows = names.map((name) => before.find(({ algorithm }) => algorithm === name) ?? rowOf(name, []));
  const seeds = Array.from({ length: trials }, (_, n) => seed + n);
  for (const [i, name] of names.entries()) {
    for (const one of seeds) {
      if (signal.aborted || rows[i]!.refused !== undefined) break;
      if (rows[i]!.trialResults.some((trial) => trial.seed === one)) continue;
      try {
        rows[i] = rowOf(name, [...rows[i]!.trialResults, await run(name, task, values, one, limit)]);
        await found(rows[i]!, [...rows]);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        rows[i] = { ...rows[i]!, refused: error.message };
      }
    }
  }
  return rows;
}

function rowOf(algorithm: string, trials: readonly RivalTrial[]): RivalRow {
  const solved = trials.flatMap(({ success, sequences }) => (success ? [sequences ?? 0] : []));
  return {
    algorithm, source: rivalNamed(algorithm).source, success: solved.length, trials: trials.length,
    sequencesToSuccess: median(solved),
    testError: trials.length === 0 ? null : trials.reduce((sum, { testWrong }) => sum + testWrong, 0) / trials.length,
    trialResults: trials,
  };
}

export function rivalsText({ task, values }: RivalSettings, rows: readonly RivalRow[]): string {
  const title = [task, ...Object.entries(values).map(([name, value]) => `${name} ${value}`)].join(', ');
  const header = ['algorithm', 'success', '', 'sequences (median)', 'wrong'];
  const body = rows.filter(({ trials }) => trials > 0).map((row) => [
    row.algorithm, `${row.success}/${row.trials}`, bar(row.success / row.trials), count(row.sequencesToSuccess),
    percent(row.testError),
  ]);
  const refused = rows.flatMap(({ algorithm, refused: why }) => (why === undefined ? [] : [`${algorithm}: ${why}`]));
  return [title, columns([header, ...body], [0, 2]), ...refused].join('\n');
}
