import { describe, expect, test } from 'vitest';
import { sgd } from '../../src/model/optimizers.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { taskLoss, type SequenceOutcome } from '../../src/reference/task-loss.js';
import type { BlockOutcome } from '../../src/tasks/engine.js';
import type { Problem } from '../../src/tasks/task.js';
import { difference, expectClose, type Pair } from '../support/differences.js';
import { referenceEngine, initialOf, SEEDS, type TaskCase, trainingBlock } from '../support/task-cases.js';

const task = (
  loss: Problem['loss'], target: Problem['target'], outputs: number, judge: Problem['judge'] = { kind: 'largest' },
  end = false,
): Problem => ({
  timeSteps: 2, input: { kind: 'values', width: 1 }, outputs, loss, target, judge, ...(end ? { judged: 'end' } : {}),
  criterion: { on: 'stream', sequences: 1, wrong: 0, text: '' }, draw: () => undefined,
});

describe('the gradient is the finite difference of the mean loss of a batch', () => {
  const [timeSteps, batch, outputs, pitch] = [2, 3, 5, 8];
  for (const loss of ['softmax', 'logistic', 'sigmoid', 'linear'] as const) {
    for (const target of ['class', 'values'] as const) {
      test(`${loss}, ${target} (seed 61)`, async () => {
        const random = new CounterRandom(61, 0);
        const rows = timeSteps * batch;
        const own = Float64Array.from({ length: rows * pitch }, (_, e) =>
          (e % pitch < outputs ? random.uniform(-2, 2) : 0));
        const weights = Float64Array.of(1, 0, 2, 0.5, 1, 0);
        const shares = Array.from({ length: rows }, () => {
          const values = Array.from({ length: outputs }, () => random.next());
          const sum = loss === 'softmax' ? values.reduce((a, b) => a + b) : 1;
          return [...values.map((value) => value / sum), 0, 0, 0];
        }).flat();
        const targets = target === 'values' ? shares : Array.from({ length: rows }, () => random.integer(outputs));
        const problem = task(loss, target, outputs);
        const run = (): ReturnType<typeof taskLoss> =>
          taskLoss(problem, { timeSteps, batch, outputs: own, targets, weights, legal: [] });
        const mean = async (): Promise<number> =>
          run().outcomes.reduce((sum, outcome) => sum + outcome.loss, 0) / batch;
        const { gradient } = run();
        const pairs: Pair[] = [];
        for (let e = 0; e < own.length; e++) {
          if (e % pitch >= outputs) expect(gradient[e], 'padding').toBe(0);
          else pairs.push({ name: `${e}`, analytic: gradient[e]!, numeric: await difference(own, e, mean) });
        }
        expectClose(pairs);
        expect(pairs.filter(({ numeric }) => numeric === 0).map(({ name }) => Math.floor(Number(name) / pitch)))
          .toEqual([1, 5].flatMap((row) => new Array(outputs).fill(row))); // where the weight is 0
      });
    }
  }
});

interface TimeStep { y: readonly number[]; target: number | readonly number[]; weight?: number; legal?: number }

/** What comes of one sequence of at most four outputs. */
function judged(problem: Problem, steps: readonly TimeStep[]): SequenceOutcome {
  const outputs = steps.flatMap(({ y }) => Array.from({ length: 4 }, (_, v) => y[v] ?? 0));
  const targets = steps.flatMap(({ target }) =>
    (typeof target === 'number' ? [target] : Array.from({ length: 4 }, (_, v) => target[v] ?? 0)));
  const { outcomes: [own] } = taskLoss(problem, {
    timeSteps: steps.length, batch: 1, outputs: Float64Array.from(outputs), targets,
    weights: steps.map(({ weight = 1 }) => weight), legal: steps.map(({ legal = 0 }) => legal),
  });
  return own!;
}

describe('losses by hand', () => {
  test('softmax: −log y of the class, and the mean of |y − target|', () => {
    const { loss, error } = judged(task('softmax', 'class', 2), [{ y: [Math.log(3), 0], target: 0, weight: 2 }]);
    expect(loss).toBeCloseTo(-2 * Math.log(0.75), 14);
    expect(error).toBeCloseTo(0.25, 14);
  });

  test('softmax of large outputs stays finite', () => {
    const { loss } = judged(task('softmax', 'class', 2), [{ y: [1000, 0], target: 1 }]);
    expect(loss).toBeCloseTo(1000, 10);
  });

  test('sigmoid and linear: half the sum of squares', () => {
    const sigmoid = judged(task('sigmoid', 'class', 2), [{ y: [0, 0], target: 1, weight: 3 }]);
    expect(sigmoid).toEqual({ loss: 3 * 0.5 * (0.25 + 0.25), error: 0.5, wrong: 1 });
    const bounded = task('linear', 'values', 2, { kind: 'error', bound: 2 });
    const linear = judged(bounded, [{ y: [1, -2], target: [0.5, -4] }]);
    expect(linear).toEqual({ loss: 0.5 * (0.25 + 4), error: 1.25, wrong: 0 });
  });

  test('losses of time steps add up; errors are a mean over those with a weight', () => {
    const own = judged(task('linear', 'values', 1, { kind: 'error', bound: 9 }), [
      { y: [1], target: [0] }, { y: [5], target: [0], weight: 0 }, { y: [3], target: [0], weight: 2 },
    ]);
    expect(own).toEqual({ loss: 0.5 + 2 * 4.5, error: 2, wrong: 0 });
  });

  test('a sequence without a target has no loss, and is not wrong', () => {
    const own = judged(task('linear', 'values', 1), [{ y: [5], target: [0], weight: 0 }]);
    expect(own).toEqual({ loss: 0, error: 0, wrong: 0 });
  });
});

describe('judges', () => {
  const wrong = (...of: Parameters<typeof judged>): number => judged(...of).wrong;

  test('largest: the class must be above all others; a tie is wrong', () => {
    const problem = task('linear', 'class', 3);
    expect(wrong(problem, [{ y: [0.2, 0.3, -1], target: 1 }])).toBe(0);
    expect(wrong(problem, [{ y: [0.2, 0.3, 0.4], target: 1 }])).toBe(1);
    expect(wrong(problem, [{ y: [0.3, 0.3, -1], target: 1 }])).toBe(1);
    expect(wrong(problem, [{ y: [-3, -2, -4], target: 1 }]), 'negative outputs').toBe(0);
  });

  test('legal: all that may come next above all that may not', () => {
    const problem = task('sigmoid', 'class', 3, { kind: 'legal' });
    expect(wrong(problem, [{ y: [2, -1, 1], target: 0, legal: 0b101 }])).toBe(0);
    expect(wrong(problem, [{ y: [2, 1.5, 1], target: 0, legal: 0b101 }]), 'one of two').toBe(1);
    expect(wrong(problem, [{ y: [2, 1, 1], target: 0, legal: 0b101 }]), 'a tie').toBe(1);
    expect(wrong(problem, [{ y: [-5, -5, -5], target: 0, legal: 0b111 }]), 'all may').toBe(0);
  });

  test('error: no output further from its target than the bound, which itself is right', () => {
    const problem = task('linear', 'values', 2, { kind: 'error', bound: 0.25 });
    expect(wrong(problem, [{ y: [1, 2.25], target: [1.25, 2] }])).toBe(0);
    expect(wrong(problem, [{ y: [1, 2.26], target: [1, 2] }])).toBe(1);
    expect(wrong(problem, [{ y: [1, 1.74], target: [1, 2] }])).toBe(1);
  });

  test('an output that is no number is wrong', () => {
    for (const y of [NaN, Infinity]) {
      expect(wrong(task('linear', 'values', 1, { kind: 'error', bound: 0.25 }), [{ y: [y], target: [1] }])).toBe(1);
      expect(wrong(task('linear', 'class', 2), [{ y: [0, y], target: 1 }])).toBe(1);
      expect(wrong(task('softmax', 'class', 2), [{ y: [0, y], target: 1 }])).toBe(1);
      expect(wrong(task('sigmoid', 'class', 2, { kind: 'legal' }), [{ y: [0, y], target: 1, legal: 3 }])).toBe(1);
    }
  });

  test('one wrong time step makes a sequence wrong, unless the end alone is judged', () => {
    const steps = [{ y: [1, 0], target: 1 }, { y: [1, 0], target: 0 }, { y: [1, 0], target: 1, weight: 0 }];
    expect(wrong(task('linear', 'class', 2), steps)).toBe(1);
    const end = judged(task('linear', 'class', 2, { kind: 'largest' }, true), steps);
    expect(end).toEqual({ wrong: 0, error: 0, loss: 1 });
    const late = judged(task('linear', 'class', 2, { kind: 'largest' }, true), steps.slice(0, 2).toReversed());
    expect(late, 'the last with a weight').toEqual({ wrong: 1, error: 1, loss: 1 });
  });
});

describe('the reference engine', () => {
  const row: TaskCase = { cell: 'lstm', units: 3, output: 'skip', ragged: true, timeSteps: 4 };
  const rates = SEEDS.map(() => 0.3);

  test('its update goes down the finite difference of the mean loss, through the skip connection too', async () => {
    const rate = 1e-3;
    const engine = referenceEngine({ ...row, optimizer: sgd({ rate }) });
    const initial = Float64Array.from(initialOf(row));
    const block = trainingBlock(row, 1);
    await engine.train(block, SEEDS.map(() => rate));
    const after = await engine.parameters();
    // Trained parameters alone have differences: places are taken over all that moved.
    const places = [...after.keys()].filter((e) => after[e] !== initial[e]).filter((_, k) => k % 7 === 0);
    expect(places.length).toBeGreaterThan(30);
    const values = initial.slice();
    const loss = async (): Promise<number> => {
      engine.setParameters(values);
      const { loss: all } = await engine.train(block, SEEDS.map(() => 0));
      return all.reduce((a, b) => a + b, 0) / 3;
    };
    for (const at of places) {
      // Losses come as float32, so the difference is a wide one.
      values[at] = initial[at]! - 1e-2;
      const below = await loss();
      values[at] = initial[at]! + 1e-2;
      const numeric = (await loss() - below) / 2e-2;
      values[at] = initial[at]!;
      expect(Math.abs((initial[at]! - after[at]!) / rate - numeric), `parameter ${at}`).toBeLessThan(2e-3);
    }
  });

  test('calls that do not wait for each other are carried out in order', async () => {
    const [queued, waited] = [referenceEngine(row), referenceEngine(row)];
    const blocks = [trainingBlock(row, 2), trainingBlock(row, 2, 6)];
    const own: BlockOutcome[] = [];
    for (const block of blocks) own.push(await waited.train(block, rates));
    const both = await Promise.all(blocks.map((block) => queued.train(block, rates)));
    expect(both).toEqual(own);
    expect(await queued.parameters()).toEqual(await waited.parameters());
  });

  test('parameters of another number are refused', () => {
    expect(() => referenceEngine(row).setParameters([1])).toThrow(/^there are 1 parameters for 3 trials: give \d+$/);
  });
});
