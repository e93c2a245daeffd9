import { describe, expect, test } from 'vitest';
import { judge as judgeKernel } from '../../src/kernels/tasks/judge.js';
import { taskLoss as lossKernel } from '../../src/kernels/tasks/loss.js';
import { prepareExperiment } from '../../src/lab/experiment.js';
import { runExperiment } from '../../src/lab/run.js';
import { pad4 } from '../../src/model/layout.js';
import { adagrad, adam, rmsprop } from '../../src/model/optimizers.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { taskLoss } from '../../src/reference/task-loss.js';
import type { BlockOutcome, TaskEngine } from '../../src/tasks/engine.js';
import type { Problem } from '../../src/tasks/task.js';
import { double, type Floats, poisoned, randomFloats, randomRows, trialOf } from '../support/arrays.js';
import { expectClose, expectEqualBits, expectZeroPadding } from '../support/close.js';
import { runKernel, testDevice } from '../support/gpu.js';
import { compareFlow } from '../support/task-flow.js';
import {
  engineOptions, gpuEngine, initialOf, modelOf, randomTask, referenceEngine, SEEDS, type TaskCase, testBlock,
  trainingBlock,
} from '../support/task-cases.js';

const RATES = SEEDS.map(() => 0.3);
const values = (width: number): Problem['input'] => ({ kind: 'values', width });

interface Row extends TaskCase { readonly name: string; readonly rate?: number; readonly immediates?: boolean }

const cases: readonly Row[] = [
  {
    name: 'RNN, tokens, softmax, skip connection, Ω, clipped norm, step', output: 'skip', omega: 2, clip: { norm: 1 },
    rescued: true, driver: 'step', timeSteps: 7,
  },
  {
    name: 'LSTM, values, sigmoid, ragged, judged at the end, Adam, sequence', cell: 'lstm', input: values(3),
    loss: 'sigmoid', target: 'values', outputs: 2, judge: { kind: 'error', bound: 0.45 }, end: true, ragged: true,
    optimizer: adam({ rate: 0.05 }), rate: 0.05, driver: 'sequence',
  },
  {
    name: 'LSTM of 1997, truncated, tokens with a skip connection, ragged, legal, one sequence', cell: 'lstm-1997',
    units: 2, options: { size: 2, truncated: true, bias: 'gates' }, output: 'skip', loss: 'sigmoid',
    judge: { kind: 'legal' }, ragged: true, batch: 1,
  },
  {
    name: 'one unit whose output is the model\'s, frozen inputs, clipped values', units: 1, outputs: 1, output: 'none',
    options: { bias: 'none' }, input: values(7), loss: 'linear', target: 'values', judge: { kind: 'error', bound: 0.9 },
    frozen: [6, 2], clip: { value: 0.02 }, end: true,
  },
  {
    name: 'carousel with a skip connection from values, scan', cell: 'carousel', input: values(5), output: 'skip',
    loss: 'linear', driver: 'scan', rate: 0.05, ragged: true, timeSteps: 9,
  },
  {
    name: 'two layers as a wavefront, RMSProp', cell: 'gru', options: { layers: 2 }, input: values(2), target: 'values',
    judge: { kind: 'error', bound: 0.5 }, driver: 'wavefront', ragged: true, optimizer: rmsprop({ rate: 0.01 }),
    rate: 0.01,
  },
  {
    name: 'LSTM, ragged, Ω, both clips, Adagrad, time in a uniform', cell: 'lstm', omega: 0.5, ragged: true,
    clip: { norm: 3, value: 0.5 }, optimizer: adagrad({ rate: 0.1 }), rate: 0.1, immediates: false, driver: 'sequence',
    loss: 'linear', target: 'values', judge: { kind: 'legal' }, outputs: 3, batch: 5,
  },
];

function compareOutcomes(actual: BlockOutcome, expected: BlockOutcome, what: string): void {
  expectEqualBits(actual.wrong, expected.wrong, `wrong ${what}`);
  expectClose(actual.error, expected.error, { what: `errors ${what}` });
  expectClose(actual.loss, expected.loss, { what: `losses ${what}` });
}

/** How far the parameters are from their start: what training did, not what was there. */
const moved = (after: ArrayLike<number>, before: ArrayLike<number>): Float64Array =>
  Float64Array.from(after, (value, e) => value - before[e]!);

/** Vectors that go back from the last time, [B, H]. */
describe('training, a test and the flow of gradients agree with the reference', () => {
  for (const row of cases) {
    test(row.name, async () => {
      const gpu = await gpuEngine(await testDevice({ immediates: row.immediates ?? true }), row);
      const reference = referenceEngine(row);
      const rates = SEEDS.map(() => row.rate ?? 0.3);
      const initial = initialOf(row);
      const batch = row.batch ?? 3;
      for (const [steps, first] of [[3, 0], [2, 3]] as const) {
        const block = trainingBlock(row, steps, first * batch);
        const [actual, expected] = [await gpu.train(block, rates), await reference.train(block, rates)];
        compareOutcomes(actual, expected, `from step ${first}`);
        expect([...actual.nonFinite]).toEqual([0, 0, 0]);
      }
      const [own, expected] = [await gpu.parameters(), await reference.parameters()];
      const way = moved(expected, initial);
      expect(Math.hypot(...way)).toBeGreaterThan(0.02);
      expectClose(moved(own, initial), way, { what: 'movement of parameters', pass: 'backward' });
      for (const { from, count } of engineOptions(row).frozen) {
        const stretch = (all: Float32Array | Float64Array): number[] => [...all.subarray(from, from + count)];
        expectEqualBits(stretch(own), stretch(initial), 'frozen weights of trial 0');
      }
      const block = testBlock(row, 3);
      compareOutcomes(await gpu.test(block), await reference.test(block), 'of the test');
      await compareFlow(gpu, reference, row);
      expectEqualBits(await gpu.parameters(), own, 'parameters after test and flow');
      gpu.destroy();
    });
  }
});

const small: TaskCase = { output: 'skip', loss: 'sigmoid', ragged: true, units: 3, timeSteps: 4 };

/** What five steps of training do to one row, in blocks of so many steps. */
async function train(engine: TaskEngine, row: TaskCase, {
  seeds = SEEDS, blocks = [5], rates = seeds.map(() => 0.3),
}: { seeds?: readonly number[]; blocks?: readonly number[]; rates?: readonly number[] } = {}): Promise<{
  parameters: Float32Array | Float64Array; outcomes: BlockOutcome[];
}> {
  const pending: Promise<BlockOutcome>[] = [];
  let done = 0;
  for (const steps of blocks) {
    pending.push(engine.train(trainingBlock(row, steps, done * (row.batch ?? 3), seeds), rates));
    done += steps;
  }
  const outcomes = await Promise.all(pending);
  return { parameters: await engine.parameters(), outcomes };
}

const joined = (outcomes: readonly BlockOutcome[], name: 'wrong' | 'error' | 'loss'): number[] =>
  outcomes.flatMap((outcome) => [...outcome[name]]);

test('five steps at once are five blocks of one, and a block of three and one of two', async () => {
  const engine = await gpuEngine(await testDevice(), small);
  const runs = [];
  for (const blocks of [[5], [1, 1, 1, 1, 1], [3, 2]]) {
    engine.setParameters(initialOf(small));
    runs.push(await train(engine, small, { blocks }));
  }
  engine.destroy();
  const [whole, ...parts] = runs;
  for (const { parameters, outcomes } of parts) {
    expectEqualBits(parameters, whole!.parameters, 'parameters');
    for (const name of ['wrong', 'error', 'loss'] as const) {
      expectEqualBits(joined(outcomes, name), joined(whole!.outcomes, name), name);
    }
  }
});

test('a trial has the same bits alone and in whatever company', async () => {
  const device = await testDevice();
  const all = await gpuEngine(device, small);
  const alone = await gpuEngine(device, small, [SEEDS[1]!]);
  const [together, own] = [await train(all, small), await train(alone, small, { seeds: [SEEDS[1]!] })];
  const { size } = modelOf(small).layout;
  expectEqualBits(own.parameters, together.parameters.subarray(size, 2 * size), 'parameters');
  for (const name of ['wrong', 'error', 'loss'] as const) {
    const theirs = joined(together.outcomes, name).filter((_, i) => Math.floor(i / 3) % 3 === 1);
    expectEqualBits(joined(own.outcomes, name), theirs, name);
  }
  all.destroy();
  alone.destroy();
});

test('a rate of 0 leaves a trial as it is, and the others alone', async () => {
  const device = await testDevice();
  const row = { ...small, optimizer: adam({ rate: 0.05 }) };
  const [some, every] = [await gpuEngine(device, row), await gpuEngine(device, row)];
  const still = await train(some, row, { rates: [0.05, 0, 0.05] });
  const going = await train(every, row, { rates: [0.05, 0.05, 0.05] });
  const { size } = modelOf(row).layout;
  const own = (all: Float32Array | Float64Array, n: number): Floats => trialOf(all as Floats, n, size);
  expectEqualBits(own(still.parameters, 1), own(initialOf(row), 1), 'the one at rest');
  for (const n of [0, 2]) expectEqualBits(own(still.parameters, n), own(going.parameters, n), `trial ${n}`);
  some.destroy();
  every.destroy();
});

describe('a gradient that bursts', () => {
  // The gradient of a linear output is of the size of the target: past 1e10 in the trial whose targets are so large.
  const row: TaskCase = {
    cell: 'rnn', units: 3, loss: 'linear', target: 'values', judge: { kind: 'error', bound: 1 }, outputs: 2,
    scale: 1e12,
  };

  test('stops its trial for good where it is not finite, and no other', async () => {
    const calm = { ...row, scale: 1, clip: { norm: 1 } };
    const { size, parameters } = modelOf(calm).layout;
    const device = await testDevice();
    const initial = initialOf(calm);
    initial[size + parameters.find(({ name }) => name === '2.bias')!.offset] = Infinity; // an output of trial 1
    const [gpu, reference] = [await gpuEngine(device, calm), referenceEngine(calm)];
    for (const engine of [gpu, reference]) engine.setParameters(initial);
    const blocks = [2, 3];
    const [own, expected] = [await train(gpu, calm, { blocks }), await train(reference, calm, { blocks })];
    for (const { outcomes } of [own, expected]) {
      for (const { nonFinite } of outcomes) expect(nonFinite.map((count) => count > 0)).toEqual([false, true, false]);
    }
    const stopped = [own.parameters, initial].map((all) => all.subarray(size, 2 * size));
    expectEqualBits(stopped[0]!, stopped[1]!, 'the trial that stopped');
    for (const n of [0, 2]) {
      expectClose(own.parameters.subarray(n * size, (n + 1) * size),
        expected.parameters.subarray(n * size, (n + 1) * size), { what: `trial ${n}`, pass: 'backward' });
    }
    gpu.destroy();
  });

  test('shrinks the recurrent weights and moves nothing else where it is to be rescued', async () => {
    const rescued = { ...row, rescued: true };
    const [gpu, reference] = [await gpuEngine(await testDevice(), rescued), referenceEngine(rescued)];
    const [own, expected] = [await train(gpu, rescued), await train(reference, rescued)];
    const initial = initialOf(rescued);
    const { from, count } = engineOptions(rescued).rescued!;
    const { size } = modelOf(rescued).layout;
    const shrunk = initial.map((value, e) =>
      (e % size >= from && e % size < from + count ? value * (1 - 0.3 * 0.02) ** 5 : value));
    expectClose(expected.parameters, shrunk, { what: 'the reference' });
    expectClose(moved(own.parameters, initial), moved(shrunk, initial), { what: 'movement', pass: 'backward' });
    for (const { nonFinite } of [...own.outcomes, ...expected.outcomes]) expect([...nonFinite]).toEqual([0, 0, 0]);
    gpu.destroy();
  });

  test('is rescued where it is not finite', async () => {
    const rescued = { ...row, scale: 1e30, rescued: true };
    const { size } = modelOf(rescued).layout;
    const gpu = await gpuEngine(await testDevice(), rescued);
    const { parameters, outcomes } = await train(gpu, rescued);
    expect([...outcomes[0]!.nonFinite]).toEqual([0, 0, 0]);
    const { from, count } = engineOptions(rescued).rescued!;
    const initial = initialOf(rescued);
    const part = (all: Float32Array | Float64Array): Float64Array =>
      double(all.subarray(size + from, size + from + count));
    expectClose(part(parameters), part(initial).map((value) => value * (1 - 0.3 * 0.02) ** 5), { what: 'trial 1' });
    gpu.destroy();
  });
});

test('an experiment succeeds, and each of its trials as it does alone', async () => {
  const experiment = {
    ...prepareExperiment({ task: 'latch', values: { length: 5 }, trials: 3, limit: 4000 }), testSequences: 100,
  };
  const device = await testDevice();
  const { trials, gradientFlow, adapter, interrupted } = await runExperiment(device, experiment);
  expect([adapter, interrupted]).toEqual([device.adapter.name, false]);
  expect(trials.map(({ seed }) => seed).sort()).toEqual([1, 2, 3]);
  for (const { success, test: { wrong } } of trials) {
    expect(success).toBe(true);
    expect(wrong).toBeLessThanOrEqual(0.05);
  }
  expect(gradientFlow!.jacobian).toHaveLength(5);
  const alone = await runExperiment(device, experiment, { seeds: [2] });
  expect(alone.trials).toEqual(trials.filter(({ seed }) => seed === 2));
});

test('a block of another shape is refused', async () => {
  const gpu = await gpuEngine(await testDevice(), small);
  expect(() => gpu.train(testBlock(small, 1), RATES)).toThrow(
    'a block of 1 steps, batch 2 and 3 trials was given: give at most 64 steps, batch 3 and 3 trials');
  expect(() => gpu.train(trainingBlock(small, 65), RATES)).toThrow(/a block of 65 steps/);
  expect(() => gpu.setParameters([1, 2])).toThrow(/^there are 2 parameters for 3 trials: give \d+$/);
  gpu.destroy();
});

describe('the kernels of loss and judgement agree with the reference', () => {
  const [timeSteps, batch, trials] = [4, 3, 2];
  const rows = timeSteps * batch;
  const judges: Problem['judge'][] = [{ kind: 'largest' }, { kind: 'legal' }, { kind: 'error', bound: 0.8 }];
  let n = 0;
  for (const loss of ['softmax', 'logistic', 'sigmoid', 'linear'] as const) {
    for (const target of ['class', 'values'] as const) {
      for (const judge of judges) {
        const outputs = [5, 4, 2, 9, 30][n % 5]!;
        const [end, gradient, seed] = [n % 3 === 1, n % 4 !== 1, 900 + n++];
        const name = `${loss}, ${target}, ${judge.kind}${end ? ' at the end' : ''}, ${outputs} outputs (seed ${seed})`;
        test(name, async () => {
          const problem = randomTask({ outputs, loss, target, judge, end, timeSteps });
          const random = new CounterRandom(seed, 0);
          const pitch = pad4(outputs);
          const all = trials * rows;
          const x = randomRows(random, all, outputs, judge.kind === 'error' && loss === 'linear' ? 0.4 : 3);
          const weights = randomFloats(random, all).map((w) => (w < 0 ? 0 : w + 0.2));
          const targets = target === 'class' ? Uint32Array.from({ length: all }, () => random.integer(outputs))
            : randomRows(random, all, outputs, loss === 'linear' ? 0.5 : 1).map((y) => Math.abs(y));
          const legal = Uint32Array.from({ length: all }, () => 1 + random.integer(2 ** outputs - 2));
          const device = await testDevice();
          const written = await runKernel(device, lossKernel({
            ...problem, rows, batch, trials, gradient, at: { start: 0, pitch, stride: rows * pitch },
          }), {
            outputs: x, targets, weights, loss: poisoned(all), errors: poisoned(4 * all),
            ...(gradient ? { gradient: poisoned(all * pitch) } : {}), ...(judge.kind === 'legal' ? { legal } : {}),
          });
          const { outcomes } = await runKernel(device, judgeKernel({
            timeSteps, batch, trials, end, immediates: true,
          }), {
            errors: written['errors']!, loss: written['loss']!, outcomes: poisoned(8 * trials * batch),
          }, { times: [1] });
          for (let trial = 0; trial < trials; trial++) {
            const part = <A extends Float32Array | Uint32Array>(array: A, width = 1): A =>
              array.subarray(trial * rows * width, (trial + 1) * rows * width) as A;
            const expected = taskLoss(problem, {
              timeSteps, batch, outputs: double(part(x, pitch)), weights: part(weights), legal: part(legal),
              targets: part(targets, target === 'class' ? 1 : pitch),
            });
            if (gradient) {
              const own = part(written['gradient'] as Floats, pitch);
              expectClose(own, expected.gradient, { what: 'gradient', seed, pass: 'backward' });
              expectZeroPadding(own, outputs, pitch, 'gradient');
            }
            expected.outcomes.forEach(({ wrong, error, loss: own }, b) => {
              const at = 4 * ((trials + trial) * batch + b); // row 1 of the block
              const [gotWrong, gotError, , gotLoss] = (outcomes as Floats).subarray(at, at + 4);
              expect(gotWrong, `wrong, sequence ${b}`).toBe(wrong);
              expectClose([gotError!, gotLoss!], [error, own], { what: `error and loss of sequence ${b}`, seed });
            });
          }
        });
      }
    }
  }
});

test('an output that is no number is wrong, whatever the loss and the judge', async () => {
  const device = await testDevice();
  const x = Float32Array.of(1, 0, 0, 0, 1, NaN, 0, 0, 1, 0, 0, Infinity, 1, 0, 0, 0); // padding does not count
  for (const loss of ['softmax', 'logistic', 'sigmoid', 'linear'] as const) {
    for (const judge of [{ kind: 'largest' }, { kind: 'legal' }, { kind: 'error', bound: 9 }] as const) {
      const problem = randomTask({ outputs: 3, loss, judge, timeSteps: 4 });
      const { errors } = await runKernel(device, lossKernel({
        ...problem, rows: 4, batch: 1, trials: 1, gradient: false, at: { start: 0, pitch: 4, stride: 16 },
      }), {
        outputs: x, targets: new Uint32Array(4), weights: new Float32Array(4).fill(1), loss: poisoned(4),
        errors: poisoned(16), ...(judge.kind === 'legal' ? { legal: new Uint32Array(4).fill(1) } : {}),
      });
      const wrong = [0, 1, 2, 3].map((row) => (errors as Floats)[4 * row + 2]);
      expect(wrong, `${loss}, ${judge.kind}`).toEqual([0, 1, 0, 0]);
    }
  }
});
