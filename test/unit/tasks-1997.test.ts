// The tasks of Hochreiter & Schmidhuber 1997: what they draw, their nets, and what they refuse.
import { expect, test } from 'vitest';
import { input, linear, sequential } from '../../src/model/description.js';
import { recurrent } from '../../src/model/recurrent.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { adding } from '../../src/tasks/adding.js';
import { embeddedReber } from '../../src/tasks/embedded-reber.js';
import { lag2a } from '../../src/tasks/lag-2a.js';
import { lag2b } from '../../src/tasks/lag-2b.js';
import { lag2c } from '../../src/tasks/lag-2c.js';
import { multiplication } from '../../src/tasks/multiplication.js';
import type { Problem, Sequence, Task } from '../../src/tasks/task.js';
import { temporalOrder6a } from '../../src/tasks/temporal-order-6a.js';
import { temporalOrder6b } from '../../src/tasks/temporal-order-6b.js';
import { twoSequence3a } from '../../src/tasks/two-sequence-3a.js';
import { twoSequence3b } from '../../src/tasks/two-sequence-3b.js';
import { twoSequence3c } from '../../src/tasks/two-sequence-3c.js';

type Values = Readonly<Record<string, number>>;

const tasks = [
  embeddedReber, lag2a, lag2b, lag2c, twoSequence3a, twoSequence3b, twoSequence3c, adding, multiplication,
  temporalOrder6a, temporalOrder6b,
] as const;

const defaults = ({ options }: Task, values: Values = {}): Values =>
  ({ ...Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default])), ...values });

const problemOf = (task: Task, values: Values = {}): Problem => task.problem(defaults(task, values));

function draw(problem: Problem, seed: number, testing = false): Sequence {
  const { timeSteps, input: of, target, outputs } = problem;
  const sequence = {
    length: 0,
    inputs: new Float64Array(timeSteps * (of.kind === 'tokens' ? 1 : of.width)),
    targets: new Float64Array(timeSteps * (target === 'class' ? 1 : outputs)),
    weights: new Float64Array(timeSteps),
    legal: new Uint32Array(timeSteps),
  };
  problem.draw(new CounterRandom(seed, 4), sequence, testing);
  return sequence;
}

const draws = (problem: Problem, count: number, testing = false): Sequence[] =>
  Array.from({ length: count }, (_, seed) => draw(problem, seed, testing));

const used = (sequence: Sequence): number[] => [...sequence.inputs.subarray(0, sequence.length)];

/** Lengths, places and the like: least, greatest, and how many different ones. */
const spread = (numbers: readonly number[]): [least: number, greatest: number, different: number] =>
  [Math.min(...numbers), Math.max(...numbers), new Set(numbers).size];
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const variance = (numbers: readonly number[]): number => mean(numbers.map((x) => x * x)) - mean(numbers) ** 2;

/** The one time step with a target is the last. */
function expectTargetAtEnd({ length, weights }: Sequence): void {
  expect([...weights.subarray(0, length)]).toEqual([...Array.from({ length: length - 1 }, () => 0), 1]);
}

for (const task of tasks) {
  test(`${task.name}: a seed's sequence is the same again, another seed's is not`, () => {
    const problem = problemOf(task);
    expect(draws(problem, 8)).toEqual(draws(problem, 8));
    expect(new Set(draws(problem, 8).map((sequence) => JSON.stringify(sequence))).size).toBeGreaterThan(1);
  });

  test(`${task.name}: sequences fit the problem's sizes`, () => {
    const problem = problemOf(task);
    const { timeSteps, outputs } = problem;
    for (const sequence of draws(problem, 200)) {
      const { length, inputs, targets, weights } = sequence;
      expect(length).toBeGreaterThan(0);
      expect(length).toBeLessThanOrEqual(timeSteps);
      expect(weights[length - 1]).toBe(1);
      // Nothing is written past the end: arrays are zero there.
      expect(weights.subarray(length).every((weight) => weight === 0)).toBe(true);
      if (problem.input.kind === 'tokens') {
        const { vocabulary } = problem.input;
        expect(inputs.every((token) => Number.isInteger(token) && token >= 0 && token < vocabulary)).toBe(true);
      }
      if (problem.target === 'class') expect(targets.every((k) => k >= 0 && k < outputs)).toBe(true);
    }
  });

  test(`${task.name}: its set-up is plain data and ends ten times past the paper's figure`, () => {
    const values = defaults(task);
    const setup = task.setup(values);
    expect(JSON.parse(JSON.stringify(setup))).toEqual(setup);
    const figure = task.paper!(values)!;
    expect(setup.limit).toBe(10 * figure.sequences!);
    expect(figure).toMatchObject({ known: 'paper', factor: 3 });
    expect(figure.text).toContain('sequences, ');
  });
}

test('embedded Reber: strings are of the grammar, and masks say what may come next', () => {
  // Nodes by what was read so far; independent of the generator's table. A node's edges: symbol → node.
  const inner: Record<string, Record<string, string>> = {
    start: { B: 'b' }, b: { T: 't', P: 'p' }, t: { S: 't', X: 'tx' }, p: { T: 'p', V: 'pv' },
    tx: { X: 'p', S: 'last' }, pv: { P: 'tx', V: 'last' }, last: { E: 'done' },
  };
  const mayCome = (read: string): string[] => {
    if (read.length === 1) return ['T', 'P'];
    let node = 'start';
    for (const [at, symbol] of read.slice(2).split('').entries()) {
      if (node === 'done') return [at === read.length - 3 ? 'E' : 'none'];
      node = inner[node][symbol];
    }
    return node === 'done' ? [read[1]] : Object.keys(inner[node]);
  };
  const letters = 'BTPSXVE';
  const problem = problemOf(embeddedReber);
  const sequences = draws(problem, 2000);
  for (const { length, inputs, targets, weights, legal } of sequences) {
    let read = '';
    for (let t = 0; t < length; t++) {
      read += letters[inputs[t]];
      const next = letters[targets[t]];
      const allowed = mayCome(read);
      expect(allowed).toContain(next);
      expect([...letters].filter((_, k) => (legal[t] >> k & 1) === 1).sort()).toEqual([...allowed].sort());
      expect(weights[t]).toBe(1);
      if (t + 1 < length) expect(inputs[t + 1]).toBe(targets[t]);
    }
    const string = read + letters[targets[length - 1]];
    expect(string).toMatch(/^B(T|P)B[TPSXV]+E\1E$/);
  }
  // The shortest string has 9 symbols and chance 1/4, so T is first in half of them; the mean is 12 symbols.
  expect(Math.min(...sequences.map(({ length }) => length))).toBe(8);
  expect(Math.abs(mean(sequences.map(({ inputs }) => inputs[1])) - 1.5)).toBeLessThan(.05);
  expect(Math.abs(mean(sequences.map(({ length }) => length + 1)) - 12)).toBeLessThan(.3);
  expect(problem).toMatchObject({ sets: { training: 256, test: 256 }, timeSteps: 39, judge: { kind: 'legal' } });
});

test('2a: there are two sequences, and every next symbol is a target', () => {
  const problem = problemOf(lag2a, { length: 6 });
  const [a1, x, y] = [0, 5, 6];
  const middle = [a1, 1, 2, 3, 4];
  const sequences = draws(problem, 200);
  const drawn = sequences.map((sequence) => JSON.stringify([used(sequence), [...sequence.targets]]));
  expect([...new Set(drawn)].sort()).toEqual([
    JSON.stringify([[x, ...middle], [...middle, x]]), JSON.stringify([[y, ...middle], [...middle, y]]),
  ]);
  for (const { weights } of sequences) expect([...weights]).toEqual([1, 1, 1, 1, 1, 1]);
  expect(problem).toMatchObject({ outputs: 7, input: { vocabulary: 7 }, judge: { kind: 'error', bound: .25 } });
});

test('2b: the middle is random, the last symbol alone is told', () => {
  const problem = problemOf(lag2b);
  const sequences = draws(problem, 100);
  for (const { length, inputs, targets, weights } of sequences) {
    expect(length).toBe(100);
    expect([99, 100]).toContain(inputs[0]);
    expect(targets[99]).toBe(inputs[0]);
    expect([...weights.subarray(0, 99)]).toEqual(Array.from({ length: 99 }, () => 0));
    expect(weights[99]).toBe(1);
  }
  const middles = sequences.flatMap(({ inputs }) => [...inputs.subarray(1)]);
  expect(spread(middles)).toEqual([0, 98, 99]);
  expect(Math.abs(mean(middles) - 49)).toBeLessThan(1);
});

test('2c: the second symbol is the class, told at the trigger, after q distractors and more', () => {
  const [q, p] = [20, 5];
  const [e, b, x, y] = [p, p + 1, p + 2, p + 3];
  const problem = problemOf(lag2c, { length: q, distractors: p });
  const sequences = draws(problem, 3000);
  for (const sequence of sequences) {
    const { length, inputs, targets } = sequence;
    expectTargetAtEnd(sequence);
    expect(inputs[0]).toBe(b);
    expect(inputs[1]).toBe(targets[length - 1] === 0 ? x : y);
    expect(inputs[length - 1]).toBe(e);
    expect(inputs.subarray(2, length - 1).every((symbol) => symbol < p)).toBe(true);
  }
  // The paper: sequences of at least q + 4 symbols and q + 14 − 1 on average; the last is the target, not an input.
  const lengths = sequences.map(({ length }) => length + 1);
  expect(Math.min(...lengths)).toBe(q + 4);
  // k is geometric with mean 9 and deviation √90: four standard errors of 3,000.
  expect(Math.abs(mean(lengths) - (q + 13))).toBeLessThan(4 * Math.sqrt(90 / 3000));
  expect(spread(sequences.map(({ targets, length }) => targets[length - 1]))).toEqual([0, 1, 2]);
});

test('2c: as many kinds of distractors as the lag, unless told', () => {
  expect(problemOf(lag2c, { length: 50 }).input).toEqual({ kind: 'tokens', vocabulary: 54 });
  expect(problemOf(lag2c, { length: 50, distractors: 20 }).input).toEqual({ kind: 'tokens', vocabulary: 24 });
});

test('3a: the class is the sign of the first values; noise of variance .2 follows', () => {
  for (const signal of [1, 3]) {
    const sequences = draws(problemOf(twoSequence3a, { signal }), 400);
    for (const sequence of sequences) {
      const { length, inputs, targets } = sequence;
      expectTargetAtEnd(sequence);
      expect(Math.abs(inputs[0])).toBe(1);
      expect(new Set(inputs.subarray(0, signal)).size).toBe(1);
      expect(Math.abs(inputs[signal])).not.toBe(1);
      expect(targets[length - 1]).toBe(inputs[0] === 1 ? 1 : 0);
    }
    expect(spread(sequences.map(({ length }) => length))).toEqual([100, 110, 11]);
    const noise = sequences.flatMap(({ inputs, length }) => [...inputs.subarray(signal, length)]);
    expect(Math.abs(mean(noise))).toBeLessThan(.01);
    expect(Math.abs(variance(noise) - .2)).toBeLessThan(.01);
    expect(Math.abs(mean(sequences.map(({ inputs }) => inputs[0])))).toBeLessThan(.2);
  }
});

test('3b: the signal is noisy too, around ±1', () => {
  const sequences = draws(problemOf(twoSequence3b), 2000);
  const signals = sequences.flatMap(({ inputs, targets, length }) =>
    [...inputs.subarray(0, 3)].map((value) => value * (2 * targets[length - 1] - 1)));
  expect(Math.abs(mean(signals) - 1)).toBeLessThan(.03);
  expect(Math.abs(variance(signals) - .2)).toBeLessThan(.02);
});

test('3c: targets .2 and .8, with noise of variance .1 in training and none in tests', () => {
  const problem = problemOf(twoSequence3c);
  const targets = (testing: boolean, sign: number): number[] => draws(problem, 2000, testing)
    .filter(({ inputs }) => inputs[0] === sign).map(({ targets: values, length }) => values[length - 1]);
  expect(new Set(targets(true, 1))).toEqual(new Set([.2]));
  expect(new Set(targets(true, -1))).toEqual(new Set([.8]));
  for (const [sign, centre] of [[1, .2], [-1, .8]]) {
    const noisy = targets(false, sign);
    expect(Math.abs(mean(noisy) - centre)).toBeLessThan(.04);
    expect(Math.abs(variance(noisy) - .1)).toBeLessThan(.02);
  }
});

for (const { task, low, of } of [
  { task: adding, low: -1, of: ([x1, x2]: readonly number[]) => .5 + (x1 + x2) / 4 },
  { task: multiplication, low: 0, of: ([x1, x2]: readonly number[]) => x1 * x2 },
]) {
  test(`${task.name}: the target is of the two marked values`, () => {
    const neutral = task === adding ? 0 : 1;
    const sequences = draws(problemOf(task), 3000);
    const places: number[][] = [];
    for (const sequence of sequences) {
      const { length, inputs, targets } = sequence;
      expectTargetAtEnd(sequence);
      const values = Array.from({ length }, (_, t) => inputs[2 * t]);
      const markers = Array.from({ length }, (_, t) => inputs[2 * t + 1]);
      expect(markers[0]).toBe(-1);
      expect(markers[length - 1]).toBe(-1);
      const marked = markers.flatMap((marker, t) => (marker === 1 ? [t] : []));
      expect(markers.filter((marker) => marker === 0)).toHaveLength(length - 2 - marked.length);
      // A mark on the first pair is not seen there: its value says nothing.
      if (marked.length === 1) {
        expect(values[0]).toBe(neutral);
        marked.unshift(0);
      }
      expect(marked).toHaveLength(2);
      expect(targets[length - 1]).toBeCloseTo(of(marked.map((t) => values[t])), 12);
      expect(values.every((value) => value >= low && value <= 1)).toBe(true);
      places.push(marked);
    }
    expect(spread(sequences.map(({ length }) => length))).toEqual([100, 110, 11]);
    // One in the first ten, the other anywhere in the first half: pairs 1 to T/2.
    expect(spread(places.map(([first]) => first))).toEqual([0, 9, 10]);
    expect(spread(places.map(([, second]) => second))).toEqual([1, 49, 49]);
    // The first pair is marked with chance 1/10 + 9/10 · 1/49.
    const share = places.filter(([first]) => first === 0).length / places.length;
    expect(Math.abs(share - (.1 + .9 / 49))).toBeLessThan(.025);
  });
}

for (const { task, windows } of [
  { task: temporalOrder6a, windows: [[10, 20], [50, 60]] },
  { task: temporalOrder6b, windows: [[10, 20], [33, 43], [66, 76]] },
]) {
  test(`${task.name}: the class is the order of X and Y at their places`, () => {
    const problem = problemOf(task);
    const sequences = draws(problem, 2000);
    const letters = 'EBabcdXY';
    const two = ['XX', 'XY', 'YX', 'YY'];
    const classes = windows.length === 2 ? two : [...two.map((of) => `X${of}`), ...two.map((of) => `Y${of}`)];
    const places: number[][] = [];
    for (const sequence of sequences) {
      expectTargetAtEnd(sequence);
      const text = used(sequence).map((token) => letters[token]).join('');
      expect(text).toMatch(/^E[abcdXY]+B$/);
      const marks = [...text.matchAll(/[XY]/g)];
      expect(classes[sequence.targets[sequence.length - 1]]).toBe(marks.map(([mark]) => mark).join(''));
      places.push(marks.map(({ index }) => index + 1));
    }
    windows.forEach(([from, to], m) => {
      expect(spread(places.map((of) => of[m]))).toEqual([from, to, to - from + 1]);
    });
    expect(spread(sequences.map(({ length }) => length))).toEqual([100, 110, 11]);
    expect(new Set(sequences.map(({ targets, length }) => targets[length - 1])).size).toBe(problem.outputs);
    expect(new Set(sequences.flatMap(used)).size).toBe(8);
  });

  test(`${task.name}: at its shortest the marks still have places of their own`, () => {
    for (const length of [15, 16, 17, 18, 19, 23]) {
      for (const sequence of draws(problemOf(task, { length }), 200)) {
        const tokens = used(sequence);
        expect([tokens[0], tokens[tokens.length - 1]]).toEqual([0, 1]);
        expect(tokens.filter((token) => token >= 6)).toHaveLength(windows.length);
      }
    }
  });
}

/** Weights that tables 1, 3, 6, 7 and 8 and section 5 of the paper print for these nets. */
const printed: readonly (readonly [Task, Values, number])[] = [
  [embeddedReber, {}, 276],
  [lag2c, { length: 50 }, 364],
  [lag2c, { length: 100 }, 664],
  [lag2c, { length: 1000 }, 6064],
  [lag2c, { length: 1000, distractors: 200 }, 1264],
  [twoSequence3a, {}, 102],
  [adding, {}, 93],
  [multiplication, {}, 93],
  [temporalOrder6a, {}, 156],
  [temporalOrder6b, {}, 308],
];

for (const [task, values, weights] of printed) {
  test(`${task.name} ${JSON.stringify(values)}: the paper's net has ${weights} weights`, () => {
    const { input: from, outputs } = problemOf(task, values);
    const { cell, units, options, output, initial } = task.setup(defaults(task, values));
    const width = from.kind === 'tokens' ? from.vocabulary : from.width;
    const model = sequential([input(width), recurrent(cell, units, options), linear(outputs, output || {})]);
    expect(model.layout.count).toBe(weights);
    for (const gate of Object.values(initial.gates ?? {})) expect(gate).toHaveLength(units);
  });
}

test('2a and 2b: 10,504 weights, from the inputs to cell and gate, and from inputs and cell to the outputs', () => {
  for (const task of [lag2a, lag2b]) {
    const { outputs } = problemOf(task);
    const { cell, units, options, output } = task.setup(defaults(task));
    expect(output).toEqual({ bias: false, skip: true });
    const hidden = sequential([input(101), recurrent(cell, units, options)]);
    expect(hidden.layout.count + outputs * (101 + units)).toBe(10_504);
  }
});

test('figures are the paper\'s at its own values, and absent between them', () => {
  const sequences = (task: Task, values: Values) => task.paper!(defaults(task, values))?.sequences;
  expect(sequences(embeddedReber, {})).toBe(8_440);
  expect(sequences(lag2a, { length: 100 })).toBe(5_040);
  expect(sequences(lag2a, { length: 50 })).toBeUndefined();
  expect(sequences(lag2c, { length: 1000 })).toBe(49_000);
  expect(sequences(lag2c, { length: 1000, distractors: 50 })).toBe(203_000);
  expect(sequences(lag2c, { length: 100, distractors: 50 })).toBeUndefined();
  expect(sequences(twoSequence3a, { signal: 1 })).toBe(64_330);
  expect(sequences(twoSequence3b, { length: 1000, signal: 1 })).toBe(485_080);
  expect(sequences(twoSequence3a, { length: 1000, signal: 1 })).toBeUndefined();
  expect(sequences(multiplication, { wrong: 13 })).toBe(1_273_000);
  expect(temporalOrder6a.paper!({ length: 100 })!.text).toBe('31,390 sequences, mean of 20 trials');
  expect(embeddedReber.paper!({})!.text).toBe('8,440 sequences, 100 % of 30 trials');
});

test('between the paper\'s rows a trial ends after ten times the next row, past them later in proportion', () => {
  const limit = (task: Task, values: Values): number => task.setup(defaults(task, values)).limit;
  expect(limit(adding, { length: 50 })).toBe(740_000);
  expect(limit(adding, { length: 101 })).toBe(2_090_000);
  expect(limit(adding, { length: 2000 })).toBe(17_060_000);
  expect(limit(lag2c, { length: 600, distractors: 10 })).toBe(2_030_000);
});

test('multiplication: the criterion is fewer wrong than asked', () => {
  const { criterion } = problemOf(multiplication, { wrong: 13 });
  expect(criterion).toMatchObject({ on: 'stream', sequences: 2000, wrong: 12 });
});

const refused: readonly (readonly [Task, Values, string])[] = [
  [embeddedReber, { length: 3 }, 'embedded-reber has no option "length": it has none, leave it out'],
  [lag2a, { length: 1 }, 'lag-2a length is 1: between the two equal symbols must be another one, give at least 2'],
  [lag2b, { length: 1001 }, 'lag-2b length is 1001: give a whole number from 1 to 1000'],
  [lag2c, { length: 0 }, 'lag-2c length is 0: give a whole number from 1 to 10000'],
  [lag2c, { distractors: -1 }, 'lag-2c distractors is -1: give a whole number from 0 to 10000'],
  [twoSequence3a, { length: 3 }, 'two-sequence-3a signal is 3 where length is 3: noise must follow the signal, ' +
    'give a longer length or a shorter signal'],
  [twoSequence3b, { signal: 1.5 }, 'two-sequence-3b signal is 1.5: give a whole number from 1 to 100'],
  [adding, { length: 19 }, 'adding length is 19: one of the first 10 pairs is marked, and one of the first half, ' +
    'give at least 20'],
  [adding, { lenght: 100 }, 'adding has no option "lenght": use length, linear'],
  [multiplication, { length: 3 }, 'multiplication length is 3: one of the first 10 pairs is marked, and one of the ' +
    'first half, give at least 20'],
  [multiplication, { wrong: 0 }, 'multiplication wrong is 0: give a whole number from 1 to 2000'],
  [temporalOrder6a, { length: 14 }, 'temporal-order-6a length is 14: its 2 marks need places of their own after the ' +
    'first symbol, give at least 15'],
  [temporalOrder6b, { length: NaN }, 'temporal-order-6b length is NaN: give a whole number from 1 to 10000'],
];

for (const [task, values, message] of refused) {
  test(`${task.name} refuses ${Object.entries(values).join(', ').replaceAll(',', ' = ')}`, () => {
    expect(() => problemOf(task, values)).toThrow(new RangeError(message));
  });
}

test('a missing value is refused', () => {
  expect(() => adding.problem({})).toThrow(/^adding length is undefined: give a whole number/);
});
