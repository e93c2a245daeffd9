import type { Driver } from '../src/index.js';
import type { Run } from './contest.js';
import type { Counted, Round } from './measure.js';
import { flopsPerStep, type Size } from './problem.js';
import type { CeilingFigure, Cut, Result } from './report-types.js';
import { median, spreadOf } from './statistics.js';
import { OWN, systemEntry } from './system.js';

/** A loss further than this from the float64 one is wrong. */
export const LOSS_TOLERANCE = 1e-3;

/** What the rows of one size share. */
export interface RowContext {
  readonly sizeName: string;
  readonly size: Size;
  readonly ceiling: CeilingFigure;
  /** The driver that Latch takes by itself. */
  readonly chosen: Driver;
  /** The first loss; null where nobody knows it. */
  readonly expected: number | null;
  readonly commonStep: number | null;
  /** By `system backend`. */
  readonly bundles: ReadonlyMap<string, number | null>;
}

const OWN_SYSTEMS: ReadonlySet<string> = new Set(Object.values(OWN).map(({ system }) => system));

/** Whether a row is of Latch, the reference or float32: what is wrong there is an error, not a remark. */
export const isOwn = ({ system }: Pick<Result, 'system'>): boolean => OWN_SYSTEMS.has(system);

/**
 * The last step whose loss every healthy run has read, so that "last" means the same; null where they share none. Runs
 * that got no further than their first step do not count: before an update there is nothing to compare.
 */
export function lastCommonStep(runs: readonly Pick<Run, 'losses' | 'error'>[]): number | null {
  const read = runs.filter((run) => run.error === undefined)
    .map((run) => Object.keys(run.losses).map(Number)).filter((steps) => steps.length > 1);
  const common = (read[0] ?? []).filter((step) => read.every((steps) => steps.includes(step)));
  return common.length > 0 ? Math.max(...common) : null;
}

/** A run's row. */
export function rowOf(run: Run, context: RowContext): Result {
  const { system, backend, trials = 1, driver: fixed } = systemEntry(run.name);
  const driver = system === 'latch' ? fixed ?? context.chosen : undefined;
  const error = run.error ?? wrongFirstLoss(run, context.expected) ?? ownComplaint(run);
  return {
    name: driver ? `latch-${driver}` : run.name,
    system,
    backend,
    size: context.sizeName,
    ...(driver ? { driver, chosen: driver === context.chosen } : {}),
    ...(trials > 1 ? { trials } : {}),
    ...timesOf(run, context, { trials, backend }),
    ...countsOf(run, backend),
    bundleBytes: context.bundles.get(`${system} ${backend}`) ?? null,
    loss: [run.started?.firstLoss ?? null, lossAt(run, context.commonStep)],
    lossStep: context.commonStep,
    checks: {
      firstLoss: run.started && context.expected !== null ? wrongFirstLoss(run, context.expected) === undefined : null,
      wentDown: wentDown(run),
      agrees: null,
    },
    ...(error === undefined ? {} : { error }),
    ...noteOf(run),
  };
}

function timesOf(run: Run, { size, ceiling }: RowContext, { trials, backend }: { trials: number; backend: string }) {
  const natural = naturalRounds(run);
  const times = (rounds: readonly Round[]) => rounds.map((round) => round.msPerStep);
  const steps = (rounds: readonly Round[]) => rounds.reduce((sum, round) => sum + round.steps, 0);
  // A step that is read is a round of one step: where all rounds are, they are the sync form too.
  const sync = run.sync.length === 0 && natural.every((round) => round.steps === 1) ? natural : run.sync;
  const msPerStep = median(times(natural));
  const gflops = msPerStep === null ? null : (trials * flopsPerStep(size)) / msPerStep / 1e6;
  return {
    msPerStep,
    spread: spreadOf(times(natural)),
    msPerStepSync: median(times(sync)),
    spreadSync: spreadOf(times(sync)),
    steps: steps(natural),
    stepsSync: steps(sync),
    usPerTimeStep: msPerStep === null ? null : (msPerStep * 1000) / size.timeSteps,
    firstStepMs: run.started?.firstStepMs ?? null,
    gflops,
    ceilingShare: gflops !== null && backend === 'webgpu' ? gflops / ceiling.gflops : null,
  };
}

/** The measured rounds; where there was time for none, the second step, which is a warm-up elsewhere. */
function naturalRounds({ natural, started }: Run): readonly Round[] {
  return natural.length === 0 && started?.warm ? [started.warm] : natural;
}

function countsOf(run: Run, backend: string): Record<Counted | 'gpuBytes', number | null> {
  const rounds = naturalRounds(run);
  const onGpu = backend === 'webgpu' && rounds.length > 0;
  const counted = (key: Counted) => (onGpu ? median(rounds.map(({ counts }) => counts[key])) : null);
  return {
    dispatches: counted('dispatches'),
    submits: counted('submits'),
    pipelinesCreated: counted('pipelinesCreated'),
    buffersCreated: counted('buffersCreated'),
    bindGroupsCreated: counted('bindGroupsCreated'),
    gpuBytes: onGpu ? Math.max(...rounds.map((round) => round.bytesPeak)) : null,
  };
}

const lossAt = ({ losses }: Run, step: number | null): number | null => (step === null ? null : losses[step] ?? null);

function wentDown({ started, losses }: Run): boolean | null {
  const last = losses[Math.max(0, ...Object.keys(losses).map(Number))];
  return !started || last === undefined || Object.keys(losses).length < 2 ? null : last < started.firstLoss;
}

function wrongFirstLoss({ started }: Run, expected: number | null): string | undefined {
  // Written so that NaN is wrong too.
  if (!started || expected === null || Math.abs(started.firstLoss - expected) <= LOSS_TOLERANCE) return undefined;
  return `wrong: its first loss is ${started.firstLoss}, the float64 oracle's ${expected}`;
}

const told = ({ complaints: [first, ...others] }: Run): string =>
  `its page reported: ${first!.split('\n')[0]!.slice(0, 200)}${
    others.length > 0 ? ` (and ${others.length} more)` : ''}`;

const ownComplaint = (run: Run): string | undefined =>
  (isOwn(systemEntry(run.name)) && run.complaints.length > 0 ? told(run) : undefined);

function noteOf(run: Run): { note?: string } {
  const notes = [
    ...(run.natural.length === 0 && run.started?.warm ? ['its time is that of its second step alone'] : []),
    ...(!isOwn(systemEntry(run.name)) && run.complaints.length > 0 ? [told(run)] : []),
  ];
  return notes.length > 0 ? { note: notes.join('; ') } : {};
}

/**
 * Rows with `checks.agrees`: whether the loss at each one's `lossStep` is the float64 reference's, whose losses by step
 * are `expected`. Where it is not, that is an error in our own, a note on a peer's: it computes something else.
 */
export function judgeLastLosses(results: readonly Result[], expected: Run['losses']): Result[] {
  return results.map((result) => {
    const last = result.loss[1];
    const reference = result.lossStep === null ? undefined : expected[result.lossStep];
    if (reference === undefined || last === null) return result;
    const agrees = Math.abs(last - reference) <= LOSS_TOLERANCE;
    const judged = { ...result, checks: { ...result.checks, agrees } };
    if (agrees || result.error !== undefined) return judged;
    const text = `wrong: its loss at step ${result.lossStep} is ${last}, the float64 reference's ${reference}`;
    if (isOwn(result)) return { ...judged, error: text };
    return { ...judged, note: [result.note, text].filter(Boolean).join('; ') };
  });
}

/** What was measured less of than asked for. */
export function shortened(runs: readonly Run[], steps: number): Cut[] {
  return runs.flatMap(({ name, started, natural, plan, error, skipped }) => {
    if (skipped !== undefined) return [{ name, what: 'left out', why: skipped }];
    const planned = plan.natural.reduce((sum, n) => sum + n, 0);
    if (error !== undefined || !started || planned >= steps) return [];
    const step = started.warmStepMs ?? started.firstStepMs;
    const what = natural.length > 0 ? `${planned} ${planned === 1 ? 'step' : 'steps'} in place of ${steps}`
      : `no step after its ${started.warm ? 'second' : 'first'}`;
    return [{ name, what, why: `a step takes ${(step / 1000).toFixed(1)} s (--budget, --minutes)` }];
  });
}
