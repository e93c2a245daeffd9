// Tasks of Bengio, Simard & Frasconi 1994; what their sequences say is worked out again here from the inputs alone.
import { describe, expect, test } from 'vitest';
import { input, linear, oneHot, sequential } from '../../src/model/description.js';
import { recurrent } from '../../src/model/recurrent.js';
import { taskNamed, taskValues, tasks } from '../../src/tasks/index.js';
import { draw, drawMany, problemOf, shares, weighted } from '../support/task-sequences.js';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('latch', () => {
  const problem = problemOf('latch', { length: 20 });

  test('its inputs are a symbol for each class and step, then the noise', () => {
    expect(problem).toMatchObject({ timeSteps: 20, input: { kind: 'values', width: 7 }, outputs: 1, loss: 'linear' });
    for (const { inputs, targets, weights, length } of drawMany(problem, 50)) {
      expect(length).toBe(20);
      const first = targets[19] > 0 ? 0 : 3;
      for (let t = 0; t < 20; t++) {
        const row = [...inputs.subarray(7 * t, 7 * t + 7)];
        const shown = [0, 0, 0, 0, 0, 0, 0];
        if (t < 3) shown[first + t] = 1;
        else shown[6] = row[6];
        expect(row).toEqual(shown);
        expect(row[6] !== 0).toBe(t >= 3);
      }
      expect(Math.abs(targets[19])).toBe(0.8);
      expect([...weights]).toEqual([...Array.from({ length: 19 }, () => 0), 1]);
    }
  });

  test('both classes are drawn alike, and the noise has the deviation that is asked for', () => {
    const sequences = drawMany(problemOf('latch', { noise: 0.5 }), 2000);
    const noise = sequences.flatMap(({ inputs }) => Array.from({ length: 17 }, (_, k) => inputs[7 * (k + 3) + 6]));
    expect(mean(sequences.map(({ targets }) => Math.sign(targets[19])))).toBeCloseTo(0, 1);
    expect(mean(noise)).toBeCloseTo(0, 1);
    expect(Math.sqrt(mean(noise.map((value) => value ** 2)))).toBeCloseTo(0.5, 1);
    expect(drawMany(problemOf('latch', { noise: 0 }), 5).every(({ inputs }) => inputs[7 * 10 + 6] === 0)).toBe(true);
  });

  test('an output of the wrong sign, and no other, is beyond the bound', () => {
    const { bound } = problem.judge as { bound: number };
    const wrong = (y: number, target: number): boolean => Math.abs(y - target) > bound;
    expect([0.01, 0.5, 0.99].map((y) => [wrong(y, 0.8), wrong(-y, 0.8), wrong(y, -0.8), wrong(-y, -0.8)]))
      .toEqual(Array.from({ length: 3 }, () => [false, true, true, false]));
  });

  test('its net is the one unit of the paper, with h_t as weights and the noise as it is', () => {
    const task = taskNamed('latch');
    expect(task.setup(taskValues(task, { signal: 5, weight: 1.5 }))).toEqual({
      cell: 'rnn', units: 1, options: { bias: 'none' }, output: false,
      initial: { weights: { kind: 'uniform', bound: 0.1 }, recurrent: 1.5, inputs: [[10, 1]] },
      optimizer: { kind: 'sgd', rate: 0.1 }, batch: 1, limit: 3000,
    });
  });

  test('figures stand only where the check had the same values', () => {
    const task = taskNamed('latch');
    const figure = (given: Record<string, number>) => task.paper?.(taskValues(task, given));
    expect(figure({ length: 10 })).toMatchObject({ success: 1, known: 'notes' });
    expect(figure({ length: 40 })?.success).toBeLessThan(0.2);
    expect(figure({ length: 11 })).not.toHaveProperty('success');
    expect(figure({ length: 10, noise: 0.3 })).toBeUndefined();
  });

  test('a sequence shorter than its signal is refused', () => {
    expect(() => problemOf('latch', { length: 2 })).toThrow(new RangeError(
      'length is 2: the first 3 steps tell the class (signal); give at least 3, or less signal',
    ));
    expect(problemOf('latch', { length: 3 }).timeSteps).toBe(3);
  });
});

describe('two-sequence', () => {
  const problem = problemOf('two-sequence', { length: 21, signal: 4 });
  const sequences = drawMany(problem, 1000);

  test('the first values are the same in a class and turned in the other', () => {
    const first = sequences.find(({ targets, length }) => targets[length - 1] === 0.9)!.inputs.slice(0, 4);
    for (const { inputs, targets, length } of sequences) {
      const sign = targets[length - 1] === 0.9 ? 1 : -1;
      expect([...inputs.subarray(0, 4)]).toEqual([...first].map((value) => sign * value));
    }
    expect([...first].every((value) => Math.abs(value) >= 0.5 && Math.abs(value) < 1)).toBe(true);
  });

  test('lengths are spread over T/2 to T, and the last step alone has a target', () => {
    const found = shares(sequences.map(({ length }) => length));
    expect([...found.keys()]).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
    for (const share of found.values()) expect(share).toBeCloseTo(1 / 11, 1);
    for (const sequence of sequences) expect(weighted(sequence)).toEqual([sequence.length - 1]);
    expect([...shares(sequences.map(({ targets, length }) => targets[length - 1])).keys()]).toEqual([0.1, 0.9]);
  });

  test('a shortest sequence without room for the signal is refused', () => {
    expect(() => problemOf('two-sequence', { length: 6, signal: 4 })).toThrow(
      /^length is 6: the first 4 values tell .* half as long; give at least 7, or less signal$/,
    );
    expect(problemOf('two-sequence', { length: 7, signal: 4 }).timeSteps).toBe(7);
  });
});

describe('parity', () => {
  test('the target is 1 where an odd number of inputs is +1', () => {
    for (const noise of [0, 0.2]) {
      for (const { inputs, targets, length } of drawMany(problemOf('parity', { noise }), 200)) {
        const values = [...inputs.subarray(0, length)];
        expect(values.every((value) => Math.abs(Math.abs(value) - 1) <= noise)).toBe(true);
        expect(targets[length - 1]).toBe(values.filter((value) => value > 0).length % 2);
      }
    }
  });

  test('lengths are 25 to 50 as in the paper', () => {
    const lengths = drawMany(problemOf('parity'), 1000).map(({ length }) => length);
    expect([Math.min(...lengths), Math.max(...lengths), new Set(lengths).size]).toEqual([25, 50, 26]);
  });
});

test('equal seeds give equal sequences, others do not', () => {
  for (const name of ['latch', 'two-sequence', 'parity']) {
    const problem = problemOf(name);
    expect(draw(problem, 3)).toEqual(draw(problem, 3));
    expect(draw(problem, 3)).not.toEqual(draw(problem, 4));
  }
});

describe('the catalogue', () => {
  test('has every task once, each with a length or none', () => {
    const names = tasks.map(({ name }) => name);
    expect(names).toHaveLength(25);
    expect(new Set(names).size).toBe(25);
    for (const { options } of tasks) {
      for (const { default: value, min, max } of Object.values(options)) {
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(max);
      }
    }
  });

  test('nets of the set-ups have as many weights as their sizes make', () => {
    const weights = (name: string): number => {
      const task = taskNamed(name);
      const { cell, units, options, output } = task.setup(taskValues(task));
      const { input: from, outputs } = problemOf(name);
      const first = from.kind === 'tokens' ? oneHot(from.vocabulary) : input(from.width);
      const last = output === false ? [] : [linear(outputs, output)];
      return sequential([first, recurrent(cell, units, options), ...last]).layout.count;
    };
    // The latch: 2L h_t, the noise's weight, which is fixed, and w.
    expect(weights('latch')).toBe(6 + 1 + 1);
    expect(weights('temporal-order')).toBe(50 * (6 + 50 + 1) + 4 * 51);
    expect(weights('addition')).toBe(50 * (2 + 50 + 1) + 51);
    expect(weights('random-permutation')).toBe(100 * (100 + 100 + 1) + 100 * 101);
    expect(weights('parity')).toBe(5 * (1 + 5 + 2) + 6);
    expect(weights('copy-memory')).toBe(4 * 128 * (10 + 128 + 2) + 9 * 129);
  });

  test('an unknown task is refused with those that there are', () => {
    expect(() => taskNamed('lach')).toThrow(/^task "lach" is not known: use latch, two-sequence, parity, /);
  });

  test('values are the defaults where none are given', () => {
    expect(taskValues(taskNamed('latch'), { length: 40, noise: undefined }))
      .toEqual({ length: 40, noise: 0.2, signal: 3, weight: 1.25 });
  });

  test('unknown options and values out of range are refused', () => {
    const values = (given: Record<string, number>) => () => taskValues(taskNamed('latch'), given);
    expect(values({ lenght: 40 })).toThrow(/latch .*"lenght": use length, noise, signal, weight$/);
    expect(values({ toString: 1 })).toThrow(/"toString"/);
    expect(values({ length: 0 })).toThrow(/length is 0: give a whole number from 1 to 100000$/);
    expect(values({ length: 2.5 })).toThrow(/length is 2.5: give a whole number/);
    expect(values({ noise: -1 })).toThrow(/noise is -1: give a number from 0 to 100$/);
    expect(values({ noise: NaN })).toThrow(/noise is NaN/);
  });
});
