// Tasks of Pascanu, Mikolov & Bengio 2013; targets are worked out again here from the inputs alone.
import { describe, expect, test } from 'vitest';
import { taskNamed, taskValues } from '../../src/tasks/index.js';
import { draw, drawMany, problemOf, shares, weighted } from '../support/task-sequences.js';

const NAMES = [
  'temporal-order', 'temporal-order-3bit', 'addition', 'multiplication-pascanu', 'random-permutation',
  'noiseless-memorization',
];

describe.each([
  { name: 'temporal-order', starts: [0.1, 0.5] },
  { name: 'temporal-order-3bit', starts: [0.1, 0.3, 0.6] },
])('$name', ({ name, starts }) => {
  const length = 50;
  const problem = problemOf(name, { length });
  const sequences = drawMany(problem, 2000);
  const places = sequences.map(({ inputs }) => [...inputs.keys()].filter((t) => inputs[t] < 2));

  test('has a trigger in each tenth, at any place of it', () => {
    expect(problem).toMatchObject({ timeSteps: 50, input: { vocabulary: 6 }, outputs: 2 ** starts.length });
    starts.forEach((start, k) => {
      const found = shares(places.map((steps) => steps[k]));
      expect([...found.keys()]).toEqual([0, 1, 2, 3, 4].map((t) => start * length + t));
      for (const share of found.values()) expect(share).toBeCloseTo(0.2, 1);
    });
    expect(places.every((steps) => steps.length === starts.length)).toBe(true);
  });

  test('asks at the end for the triggers in their order', () => {
    for (const [n, sequence] of sequences.entries()) {
      const read = places[n].map((t) => sequence.inputs[t]).reverse().join('');
      expect(sequence.targets[length - 1]).toBe(Number.parseInt(read, 2));
      expect(weighted(sequence)).toEqual([length - 1]);
    }
    const classes = shares(sequences.map(({ targets }) => targets[length - 1]));
    expect(classes.size).toBe(2 ** starts.length);
    for (const share of classes.values()) expect(Math.abs(share * classes.size - 1)).toBeLessThan(0.25);
  });

  test('shows four distractors alike elsewhere', () => {
    const others = shares(sequences.flatMap(({ inputs }) => [...inputs].filter((symbol) => symbol >= 2)));
    expect([...others.keys()]).toEqual([2, 3, 4, 5]);
    for (const share of others.values()) expect(share).toBeCloseTo(0.25, 1);
  });
});

describe.each([
  { name: 'addition', target: (a: number, b: number) => (a + b) / 2 },
  { name: 'multiplication-pascanu', target: (a: number, b: number) => a * b },
])('$name', ({ name, target }) => {
  const problem = problemOf(name, { length: 100 });
  const sequences = drawMany(problem, 2000);
  const marks = sequences.map(({ inputs, length }) =>
    Array.from({ length }, (_, t) => t).filter((t) => inputs[2 * t] !== 0));

  test('marks one value in the first tenth and one between there and the middle', () => {
    expect(problem).toMatchObject({ timeSteps: 109, input: { width: 2 }, outputs: 1, loss: 'linear' });
    const shareOf = (steps: readonly number[]): number => steps.length / sequences.length;
    for (const [n, { length, inputs }] of sequences.entries()) {
      const [first, second] = marks[n];
      expect(marks[n]).toHaveLength(2);
      expect([inputs[2 * first], inputs[2 * second]]).toEqual([1, 1]);
      expect(first).toBeLessThan(Math.floor(length / 10));
      expect(second).toBeGreaterThanOrEqual(Math.floor(length / 10));
      expect(second).toBeLessThan(length / 2);
    }
    // Of the 10 places of the first mark, of the 40 and more of the second: the first and the last half.
    expect(shareOf(marks.map(([first]) => first).filter((t) => t < 5))).toBeCloseTo(0.5, 1);
    expect(shareOf(marks.map(([, second]) => second).filter((t) => t < 31))).toBeCloseTo(0.5, 1);
  });

  test('asks at the end for what the marked values make', () => {
    for (const [n, sequence] of sequences.entries()) {
      const [a, b] = marks[n].map((t) => sequence.inputs[2 * t + 1]);
      expect(sequence.targets[sequence.length - 1]).toBeCloseTo(target(a, b), 12);
      expect(weighted(sequence)).toEqual([sequence.length - 1]);
      expect(sequence.weights[sequence.length - 1]).toBe(2);
    }
  });

  test('is 100 to 109 steps long, with values all over [0, 1)', () => {
    const lengths = shares(sequences.map(({ length }) => length));
    expect([...lengths.keys()]).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109]);
    const values = sequences.map(({ inputs }) => inputs[1 + 2 * 70]);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
  });

  test('is wrong beyond a squared error of .04', () => {
    expect((problem.judge as { bound: number }).bound ** 2).toBeCloseTo(0.04, 12);
  });
});

test('random-permutation asks at the end for its first symbol, one of two; the others are none of these', () => {
  const problem = problemOf('random-permutation', { length: 30 });
  expect(problem).toMatchObject({ timeSteps: 30, input: { vocabulary: 100 }, outputs: 100 });
  const sequences = drawMany(problem, 1000);
  for (const sequence of sequences) {
    expect(sequence.targets[29]).toBe(sequence.inputs[0]);
    expect(weighted(sequence)).toEqual([29]);
  }
  expect([...shares(sequences.map(({ inputs }) => inputs[0])).keys()]).toEqual([0, 1]);
  const others = sequences.flatMap(({ inputs }) => [...inputs.subarray(1)]);
  expect([Math.min(...others), Math.max(...others), new Set(others).size]).toEqual([2, 99, 98]);
});

test('noiseless-memorization asks for all symbols from the marker on, and for blanks before', () => {
  const blanks = (count: number): number[] => Array.from({ length: count }, () => 5);
  const problem = problemOf('noiseless-memorization', { length: 15 });
  expect(problem).toMatchObject({ timeSteps: 35, input: { vocabulary: 7 }, outputs: 6, loss: 'softmax' });
  const sequences = drawMany(problem, 300);
  for (const { inputs, targets, weights, length } of sequences) {
    const symbols = [...inputs.subarray(0, 10)];
    expect(length).toBe(35);
    expect([...inputs].slice(10)).toEqual([...blanks(15), 6, ...blanks(9)]);
    expect([...targets]).toEqual([...blanks(25), ...symbols]);
    // The released code has the mean over all steps.
    expect(weights.every((weight) => weight === 1 / 35)).toBe(true);
  }
  const symbols = shares(sequences.flatMap(({ inputs }) => [...inputs.subarray(0, 10)]));
  expect([...symbols.keys()]).toEqual([0, 1, 2, 3, 4]);
  for (const share of symbols.values()) expect(share).toBeCloseTo(0.2, 1);
});

describe('lengths', () => {
  test.each(NAMES)('%s draws a length for each sequence where a longest is given', (name) => {
    const fixed = new Set(drawMany(problemOf(name, { length: 10 }), 100).map(({ length }) => length));
    expect(fixed.size).toBe(1);
    const problem = problemOf(name, { length: 10, longest: 14 });
    const drawn = new Set(drawMany(problem, 200).map(({ length }) => length));
    expect(drawn.size).toBe(5);
    expect(Math.max(...drawn)).toBe(problem.timeSteps);
    expect(() => problemOf(name, { length: 20, longest: 19 }))
      .toThrow(new RangeError('longest is 19: give at least length, 20, or 0 where all have that length'));
  });

  test.each(NAMES.slice(0, 4))('%s needs ten steps for its marks', (name) => {
    expect(() => problemOf(name, { length: 9 }))
      .toThrow(new RangeError('length is 9: a marker stands in one tenth of the sequence; give at least 10'));
  });

  test('one symbol is no permutation', () => {
    expect(() => problemOf('random-permutation', { length: 1 })).toThrow(/^length is 1: .* give at least 2$/);
  });
});

test.each(NAMES)('%s: equal seeds give equal sequences, others do not', (name) => {
  const problem = problemOf(name);
  expect(draw(problem, 5)).toEqual(draw(problem, 5));
  expect(draw(problem, 5)).not.toEqual(draw(problem, 6));
});

test('set-ups are the paper\'s: units, rate, Ω, norm', () => {
  const of = (name: string) => {
    const task = taskNamed(name);
    const { cell, units, batch, optimizer, omega, clip, initial } = task.setup(taskValues(task));
    expect({ cell, batch, kind: optimizer.kind, initial }).toEqual({
      cell: 'rnn', batch: 20, kind: 'sgd', initial: { weights: { kind: 'normal', deviation: 0.1 }, bias: 0 },
    });
    return [units, optimizer.rate, omega, clip?.norm];
  };
  expect(Object.fromEntries(NAMES.map((name) => [name, of(name)]))).toEqual({
    'temporal-order': [50, 0.01, 4, 1],
    'temporal-order-3bit': [50, 0.01, 4, 1],
    'addition': [50, 0.01, 0.5, 6],
    'multiplication-pascanu': [50, 0.01, 0.5, 6],
    'random-permutation': [100, 0.001, 1, 6],
    'noiseless-memorization': [50, 0.01, 2, 1],
  });
});

test('figures reach to length 200', () => {
  const figure = (name: string, given: Record<string, number>) => {
    const task = taskNamed(name);
    return task.paper?.(taskValues(task, given));
  };
  for (const name of NAMES) {
    const success = name === 'random-permutation' ? 0.4 : 1;
    expect(figure(name, { length: 200 })).toMatchObject({ success, known: 'paper' });
    expect(figure(name, { length: 201 })).toBeUndefined();
  }
  expect(figure('temporal-order', { length: 50, longest: 200 })?.text).toMatch(/^one network/);
  expect(figure('temporal-order', { length: 50, longest: 100 })).toBeUndefined();
  expect(figure('noiseless-memorization', { length: 50, kinds: 2 })).toBeUndefined();
});
