import { describe, expect, test, vi } from 'vitest';
import { optimizerOf, prepareExperiment } from '../../src/lab/experiment.js';
import { experimentParameters } from '../../src/lab/initial.js';
import { runExperiment } from '../../src/lab/run.js';
import type { Experiment, ExperimentOptions, TrialProgress, TrialResult } from '../../src/lab/types.js';
import { inputWeights } from '../../src/model/frozen.js';
import { ReferenceTaskEngine } from '../../src/reference/task.js';
import { drawBlock } from '../../src/tasks/sequences.js';
import type { Criterion } from '../../src/tasks/task.js';

/** The latch over five steps, with a test that takes little time. */
const latch = (options: Partial<ExperimentOptions> = {}): Experiment =>
  ({ ...prepareExperiment({ task: 'latch', values: { length: 5 }, trials: 2, ...options }), testSequences: 100 });

const withCriterion = (experiment: Experiment, criterion: Criterion): Experiment =>
  ({ ...experiment, problem: { ...experiment.problem, criterion } });
const stream: Criterion = { on: 'stream', sequences: 20, wrong: 1, error: 0.4, text: '' };

const bySeed = (trials: readonly TrialResult[]): TrialResult[] => trials.toSorted((a, b) => a.seed - b.seed);

describe('an experiment on the CPU', () => {
  test('solves the latch over five steps', async () => {
    const { trials, gradientFlow, adapter, seconds, interrupted } = await runExperiment('cpu', latch());
    expect(trials.map(({ seed }) => seed).sort()).toEqual([1, 2]);
    for (const { success, sequences, trained, test: own, ended, curve } of trials) {
      expect([success, ended]).toEqual([true, 'success']);
      expect(sequences! % 500, 'tried every 500').toBe(0);
      expect(trained).toBe(sequences);
      expect(own.sequences).toBe(100);
      expect(own.wrong).toBeLessThanOrEqual(0.05);
      expect(own.error).toBeGreaterThan(0);
      expect(curve.at(-1)![0]).toBeGreaterThan(0.9 * trained);
      expect(curve.at(-1)![1]).toBeLessThan(curve[0]![1]);
    }
    expect(gradientFlow!.jacobian).toHaveLength(5);
    expect(gradientFlow!.jacobian[0]).toBe(1);
    expect(gradientFlow!.singularValue).toBeGreaterThan(0);
    expect(gradientFlow!.verdict).toMatch(/flowing|vanishing|exploding/);
    expect([adapter, interrupted]).toEqual(['CPU reference, float64', false]);
    expect(seconds).toBeGreaterThan(0);
  });

  test('gives the same results again, however its blocks fall, and the same for some of its trials', async () => {
    const experiment = latch({ trials: 3, seed: 5 });
    const [first, again] = [await runExperiment('cpu', experiment), await runExperiment('cpu', experiment)];
    expect(bySeed(again.trials)).toEqual(bySeed(first.trials));
    expect(again.gradientFlow).toEqual(first.gradientFlow);
    const some = await runExperiment('cpu', experiment, { seeds: [6] });
    expect(some.trials).toEqual(first.trials.filter(({ seed }) => seed === 6));
    expect(some.interrupted).toBe(false);
  });

  test('stops a test of fresh sequences where no trial can pass any more', async () => {
    const tests = vi.spyOn(ReferenceTaskEngine.prototype, 'test');
    const sequences = async (error: number): Promise<number> => {
      tests.mockClear();
      const experiment = latch({ limit: 500, trials: 1 });
      await runExperiment('cpu', withCriterion(
        experiment, { on: 'fresh', sequences: 1000, wrong: 1000, error, every: 500, text: '' }));
      return tests.mock.calls.reduce((sum, [{ lengths }]) => sum + lengths.length, 0);
    };
    const last = 7 * 16; // the final test: 100 in blocks of 16 rows
    expect(await sequences(10), 'all pass').toBe(63 * 16 + last);
    expect(await sequences(1e-9), 'none passes').toBe(16 + last);
    tests.mockRestore();
  });

  test('on a stream ends at the very sequence that meets the criterion, and updates no more', async () => {
    const experiment = withCriterion(latch({ trials: 3 }), stream);
    const { trials } = await runExperiment('cpu', experiment);
    const ends = trials.map(({ sequences }) => sequences!);
    expect(new Set(ends).size, 'different ones').toBeGreaterThan(1);
    const { model, problem, setup } = experiment;
    for (const { seed, sequences, test: own, success } of trials) {
      expect(success).toBe(true);
      // The same by hand, one sequence after the other.
      const engine = new ReferenceTaskEngine({
        model, problem, batch: 1, testBatch: 100, seeds: [seed], optimizer: optimizerOf(setup), clip: {},
        frozen: [inputWeights(model, 6)],
      });
      engine.setParameters(experimentParameters(model, setup.initial, seed));
      const [wrong, error]: [number[], number[]] = [[], []];
      const sum = (values: number[]): number => values.slice(-20).reduce((a, b) => a + b, 0);
      while (wrong.length < 20 || sum(wrong) > 1 || !(sum(error) / 20 < 0.4)) {
        const block = drawBlock(problem, { batch: 1, trials: 1 }, 1,
          { seeds: [seed], first: wrong.length, testing: false });
        const outcome = await engine.train(block, [setup.optimizer.rate]);
        wrong.push(outcome.wrong[0]!);
        error.push(outcome.error[0]!);
      }
      expect(sequences).toBe(wrong.length);
      const after = await engine.test(drawBlock(problem, { batch: 100, trials: 1 }, 1,
        { seeds: [seed], first: 2 ** 31, testing: true }));
      expect(own.wrong).toBeCloseTo(after.wrong.reduce((a, b) => a + b, 0) / 100, 12);
      expect(own.error).toBeCloseTo(after.error.reduce((a, b) => a + b, 0) / 100, 12);
    }
  });

  test('ends at the limit, with what it was trained on', async () => {
    const { trials } = await runExperiment('cpu', latch({ rate: 1e-9, limit: 700 }));
    for (const { success, sequences, trained, ended } of trials) {
      expect([success, sequences, trained, ended]).toEqual([false, null, 700, 'limit']);
    }
  });

  test('a batch that does not divide the limit sees no more than the limit', async () => {
    const { trials } = await runExperiment('cpu', latch({ rate: 1e-9, limit: 100, batch: 7, trials: 1 }));
    expect(trials[0]!.trained).toBe(100);
  });

  test('ends a trial that diverges, and no other', async () => {
    const experiment = latch({ cell: 'rnn-identity', rate: 1e30, clipNorm: 0 });
    const { trials, interrupted } = await runExperiment('cpu', experiment);
    expect(trials).toHaveLength(2);
    for (const { success, ended, sequences } of trials) {
      expect([success, ended, sequences]).toEqual([false, 'diverged', null]);
    }
    expect(interrupted).toBe(false);
  });
});

describe('a signal', () => {
  test('that was given before leaves all trials to be run', async () => {
    const controller = new AbortController();
    controller.abort();
    const { trials, interrupted } = await runExperiment('cpu', latch(), { signal: controller.signal });
    expect([trials, interrupted]).toEqual([[], true]);
  });

  test('ends a run under way, whose trials had not ended', async () => {
    const controller = new AbortController();
    const hopeless = latch({ rate: 1e-9, limit: 1_000_000, trials: 2 });
    let reports = 0;
    const begun = performance.now();
    const { trials, interrupted } = await runExperiment('cpu', hopeless, {
      signal: controller.signal,
      listener: { progress: () => { if (++reports === 3) controller.abort(); }, trial: () => undefined },
    });
    expect([trials, interrupted]).toEqual([[], true]);
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});

describe('a listener', () => {
  test('hears of progress first, then of each trial once, in the order of the outcome', async () => {
    const heard: string[] = [];
    const told: TrialResult[] = [];
    const reports: (readonly TrialProgress[])[] = [];
    let clock = 0;
    const { trials } = await runExperiment('cpu', latch({ trials: 3 }), {
      listener: {
        progress(all, seconds) {
          heard.push('progress');
          expect(seconds).toBeGreaterThanOrEqual(clock);
          clock = seconds;
          reports.push(all);
        },
        trial(result) {
          heard.push('trial');
          told.push(result);
        },
      },
    });
    expect(heard[0]).toBe('progress');
    expect(told).toEqual(trials);
    expect(heard.filter((what) => what === 'trial')).toHaveLength(3);
    for (const all of reports) expect(all.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    reports.slice(1).forEach((all, n) => all.forEach(({ sequences }, trial) =>
      expect(sequences).toBeGreaterThanOrEqual(reports[n]![trial]!.sequences)));
    for (const { seed, state, solvedAt } of reports.at(-1)!) {
      expect(state).toBe('success');
      expect(solvedAt).toBe(trials.find((trial) => trial.seed === seed)!.sequences);
    }
  });
});
