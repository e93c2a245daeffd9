// One experiment's results as they are kept: what the JSON holds, and how it follows from the trials.
import type { Experiment, GradientFlow, TrialResult } from '../../../src/lab/types.js';
import type { PaperFigure, Setup } from '../../../src/tasks/task.js';

/** What fixes an experiment's results: rows of the same settings are the same experiment. */
export interface Settings {
  readonly task: string;
  readonly values: Readonly<Record<string, number>>;
  readonly trials: number;
  readonly seed: number;
  readonly layers?: number;
  readonly initial?: string;
  readonly forgetBias?: number;
  readonly driver?: string;
  /** The paper's, with what the command line put in its place. */
  readonly setup: Setup;
}

/** Ours beside the paper's: `ratio` is ours / paper's. null: not to be had. */
export interface Comparison {
  readonly of: 'sequences' | 'success';
  readonly paper: number;
  /** null where at least half of the trials did not succeed. */
  readonly ours: number | null;
  readonly ratio: number | null;
  /** null where no bound is stated. */
  readonly within: boolean | null;
}

/** An element of the JSON that `--json` writes. Numbers that are not finite are null there. */
export interface LabRow {
  readonly task: string;
  readonly cell: string;
  readonly length: number;
  readonly trials: number;
  readonly seed: number;
  readonly criterion: string;
  /** Trials that met the criterion. */
  readonly success: number;
  /** Over the trials that met it; null where none did. */
  readonly sequencesToSuccess: Readonly<Record<'median' | 'min' | 'max', number | null>>;
  /** Share of the fresh sequences that are wrong, a mean over the trials. */
  readonly testError: number | null;
  readonly paper: PaperFigure | null;
  /** The verdict; its numbers are in `flow`. */
  readonly gradientFlow: string | null;
  readonly adapter: string;
  readonly seconds: number;
  readonly settings: Settings;
  readonly testSequences: number;
  /** Mean |y − target| of the fresh sequences, over the trials. */
  readonly testMeanError: number | null;
  readonly comparison: Comparison | null;
  readonly trialResults: readonly TrialResult[];
  readonly flow?: GradientFlow;
  /** Trials are missing: the run was stopped before they ended. */
  readonly interrupted?: true;
  /** Why trials or the gradient flow are missing, where something broke. */
  readonly failed?: string;
}

/** What runs have brought so far. */
export interface Findings {
  readonly trials: readonly TrialResult[];
  readonly flow?: GradientFlow | undefined;
  readonly adapter: string;
  readonly seconds: number;
  readonly failed?: string | undefined;
}

export const NOTHING: Findings = { trials: [], adapter: '', seconds: 0 };

export function settingsOf({ options, task, values, setup, seeds }: Experiment): Settings {
  const { layers, initial, forgetBias, driver } = options;
  return {
    task: task.name, values, trials: seeds.length, seed: seeds[0]!,
    ...(layers === undefined ? {} : { layers }), ...(initial === undefined ? {} : { initial }),
    ...(forgetBias === undefined ? {} : { forgetBias }), ...(driver === undefined ? {} : { driver }),
    setup,
  };
}

/** Whether two values say the same, in whatever order their keys are. */
export const same = (one: object, other: object): boolean => canonical(one) === canonical(other);

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    (part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part));
}

export function rowOf(experiment: Experiment, { trials: found, flow, adapter, seconds, failed }: Findings): LabRow {
  const { task, values, problem, setup, seeds, testSequences, paper } = experiment;
  const trials = seeds.flatMap((seed) => found.find((trial) => trial.seed === seed) ?? []);
  const solved = trials.flatMap(({ success, sequences }) => (success && sequences !== null ? [sequences] : []));
  const missing = trials.length < seeds.length;
  return {
    task: task.name, cell: setup.cell, length: values['length'] ?? problem.timeSteps,
    trials: seeds.length, seed: seeds[0]!, criterion: problem.criterion.text,
    success: trials.filter(({ success }) => success).length,
    sequencesToSuccess: {
      median: median(solved), min: solved.length > 0 ? Math.min(...solved) : null,
      max: solved.length > 0 ? Math.max(...solved) : null,
    },
    testError: mean(trials.map(({ test }) => test.wrong)),
    paper: paper ?? null, gradientFlow: flow?.verdict ?? null, adapter, seconds,
    settings: settingsOf(experiment), testSequences,
    testMeanError: mean(trials.map(({ test }) => test.error)),
    comparison: paper && !missing && experiment.asPaper ? compare(paper, trials) : null,
    trialResults: trials, ...(flow ? { flow } : {}),
    ...(missing && failed === undefined ? { interrupted: true as const } : {}),
    ...(failed === undefined ? {} : { failed }),
  };
}

/**
 * A paper's sequences to success beside the median of all trials, those that failed counted as never; or its share of
 * trials that succeeded beside ours.
 */
export function compare(paper: PaperFigure, trials: readonly TrialResult[]): Comparison | null {
  const { sequences, success, factor } = paper;
  if (sequences !== undefined) {
    const middle = medianOfAll(trials);
    if (!Number.isFinite(middle)) {
      const within = factor === undefined ? null : false;
      return { of: 'sequences', paper: sequences, ours: null, ratio: null, within };
    }
    return { of: 'sequences', paper: sequences, ours: middle, ...against(middle, sequences, factor) };
  }
  if (success === undefined) return null;
  const ours = trials.filter((trial) => trial.success).length / trials.length;
  return { of: 'success', paper: success, ours, ...against(ours, success, factor) };
}

function against(ours: number, paper: number, factor: number | undefined): Pick<Comparison, 'ratio' | 'within'> {
  const ratio = paper === 0 ? null : ours / paper;
  if (factor === undefined) return { ratio, within: null };
  return { ratio, within: ratio === null ? ours === 0 : ratio > 0 && Math.max(ratio, 1 / ratio) <= factor };
}

/** Median of the sequences to success, where a trial that failed counts as never: Infinity. */
export const medianOfAll = (trials: readonly TrialResult[]): number =>
  median(trials.map(({ success, sequences }) => (success ? sequences ?? Infinity : Infinity)))!;

/** Of an even number, the mean of the two in the middle; null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** null of none, and where one is not a number, as after a trial that diverged. */
function mean(values: readonly (number | null)[]): number | null {
  if (values.length === 0 || !values.every((value) => Number.isFinite(value))) return null;
  return values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
}

/** What a row already holds, for a run that goes on with it. */
export function findingsOf({ trialResults, flow, adapter, seconds, failed }: LabRow): Findings {
  return { trials: trialResults, adapter, seconds, failed, ...(flow ? { flow } : {}) };
}

/** `before` and what a run added to it; a trial that is in both is the newer one's. */
export function merge(before: Findings, after: Findings): Findings {
  const fresh = new Set(after.trials.map(({ seed }) => seed));
  const adapters = [...before.adapter.split(' + '), ...after.adapter.split(' + ')].filter(Boolean);
  return {
    trials: [...before.trials.filter(({ seed }) => !fresh.has(seed)), ...after.trials],
    flow: before.flow ?? after.flow,
    adapter: [...new Set(adapters)].join(' + '),
    seconds: before.seconds + after.seconds,
    failed: after.failed,
  };
}

/** Seeds whose trials have not ended yet, and the first where the gradient flow of its network could not be had. */
export const missingSeeds = ({ seeds }: Experiment, { trials, flow, failed }: Findings): number[] =>
  seeds.filter((seed, n) => !trials.some((trial) => trial.seed === seed) || (n === 0 && failed !== undefined && !flow));
