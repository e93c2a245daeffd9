import { describe, expect, test } from 'vitest';
import { drawBlock, drawSequence, emptySequence, stepLayout } from '../../src/tasks/sequences.js';
import type { Problem } from '../../src/tasks/task.js';
import { problemOf } from '../support/task-sequences.js';

/** Ragged values [T, 3] and targets [T, 2], all of which say where they are. */
const counting: Problem = {
  timeSteps: 4, input: { kind: 'values', width: 3 }, outputs: 2, loss: 'linear', target: 'values',
  judge: { kind: 'legal' }, criterion: { on: 'stream', sequences: 1, wrong: 0, text: '' },
  draw(random, sequence) {
    sequence.length = 2 + random.integer(3);
    const own = random.next();
    for (let t = 0; t < 4; t++) { // past the length too: nobody reads that
      for (let i = 0; i < 3; i++) sequence.inputs[3 * t + i] = 10 * t + i + own;
      for (let v = 0; v < 2; v++) sequence.targets[2 * t + v] = -(10 * t + v) - own;
      sequence.weights[t] = t === 1 ? 0 : 0.5 + own;
      sequence.legal[t] = t + 1;
    }
  },
};
const seeds = [3, 4];
const shape = { batch: 5, trials: 2 };

describe('the layout of a block', () => {
  const layout = stepLayout(counting, shape);
  const block = drawBlock(counting, shape, 3, { seeds, first: 7, testing: false });
  const floats = new Float32Array(block.words.buffer);

  test('rows are padded to 4 floats, and parts begin at multiples of 64 words', () => {
    const rows = 2 * 4 * 5;
    expect(layout).toEqual({ inputs: 0, targets: 192, weights: 192 + 192, legal: 448, size: 512 });
    const parts = [
      ['inputs', 'targets', 4], ['targets', 'weights', 4], ['weights', 'legal', 1], ['legal', 'size', 1],
    ] as const;
    for (const [from, to, pitch] of parts) {
      expect(layout[to] % 64).toBe(0);
      expect(layout[to] - layout[from]).toBeGreaterThanOrEqual(pitch * rows);
    }
    expect(block.words.length).toBe(3 * 512);
    expect(block.lengths.length).toBe(3 * 2 * 5);
  });

  test('tokens and classes take a word a row, and only the judge `legal` has masks', () => {
    const { input: _, ...rest } = counting;
    const tokens: Problem = {
      ...rest, input: { kind: 'tokens', vocabulary: 9 }, target: 'class', judge: { kind: 'largest' },
    };
    expect(stepLayout(tokens, shape)).toEqual({ inputs: 0, targets: 64, weights: 128, legal: 192, size: 192 });
  });

  test('each value lies at [step][part + (trial, t, b)], zero past the length and where there is no target', () => {
    const sequence = emptySequence(counting);
    const lengths = new Set<number>();
    for (let step = 0; step < 3; step++) {
      for (let trial = 0; trial < 2; trial++) {
        for (let b = 0; b < 5; b++) {
          drawSequence(counting, seeds[trial]!, 7 + 5 * step + b, false, sequence);
          expect(block.lengths[(step * 2 + trial) * 5 + b]).toBe(sequence.length);
          lengths.add(sequence.length);
          for (let t = 0; t < 4; t++) {
            const here = t < sequence.length;
            const due = here && t !== 1;
            const at = step * layout.size + ((trial * 4 + t) * 5 + b) * 4;
            const row = step * layout.size + (trial * 4 + t) * 5 + b;
            const given = [0, 1, 2].map((i) => (here ? Math.fround(sequence.inputs[3 * t + i]!) : 0));
            const wanted = [0, 1].map((v) => (due ? Math.fround(sequence.targets[2 * t + v]!) : 0));
            expect([...floats.subarray(at, at + 4)]).toEqual([...given, 0]);
            expect([...floats.subarray(at + layout.targets, at + layout.targets + 4)]).toEqual([...wanted, 0, 0]);
            expect(floats[row + layout.weights]).toBe(due ? Math.fround(sequence.weights[t]!) : 0);
            expect(block.words[row + layout.legal]).toBe(due ? t + 1 : 0);
          }
        }
      }
    }
    expect([...lengths].sort()).toEqual([2, 3, 4]);
  });

  test('tokens and classes are whole numbers', () => {
    const order = problemOf('temporal-order-6a', { length: 20 });
    const { words, layout: { targets }, lengths } = drawBlock(order, { batch: 1, trials: 1 }, 1,
      { seeds: [1], first: 0, testing: false });
    const last = lengths[0]! - 1;
    expect([words[0], words[last]]).toEqual([0, 1]); // E … B
    expect([...words.subarray(0, last + 1)].every((token) => token < 8)).toBe(true);
    expect(words[targets + last]).toBeLessThan(4);
  });

  test('a sequence that is too long or empty is an error of the task', () => {
    const bad = (length: number): Problem => ({ ...counting, draw: (_, sequence) => { sequence.length = length; } });
    for (const length of [0, 5, NaN]) {
      expect(() => drawBlock(bad(length), shape, 1, { seeds, first: 0, testing: false }))
        .toThrow(`a sequence of ${length} time steps was drawn, and there is room for 4`);
    }
  });
});

describe('the same sequences whenever they are asked for', () => {
  const words = (steps: number, first: number, { batch = 5, own = seeds, testing = false } = {}): number[][] => {
    const { words: all, layout: { size }, lengths } = drawBlock(counting, { batch, trials: own.length }, steps,
      { seeds: own, first, testing });
    const rows = own.length * batch;
    return Array.from({ length: steps }, (_, k) =>
      [...all.subarray(k * size, (k + 1) * size), ...lengths.subarray(k * rows, (k + 1) * rows)]);
  };

  test('a block of three steps is three blocks of one', () => {
    expect(words(3, 10)).toEqual([words(1, 10)[0], words(1, 15)[0], words(1, 20)[0]]);
  });

  test('a trial draws the same in any company, and in any batch', () => {
    const sequenceOf = (trials: readonly number[], trial: number, first: number, b: number, batch: number) => {
      const { words: all, lengths } = drawBlock(counting, { batch, trials: trials.length }, 1,
        { seeds: trials, first, testing: false });
      const rows = Array.from({ length: 4 }, (_, t) => (trial * 4 + t) * batch + b);
      return [lengths[trial * batch + b]!, ...rows.flatMap((row) => [...all.subarray(4 * row, 4 * row + 4)])];
    };
    const own = sequenceOf([4], 0, 8, 0, 1);
    expect(sequenceOf([3, 4], 1, 7, 1, 5)).toEqual(own);
    expect(sequenceOf([3, 4], 0, 7, 1, 5)).not.toEqual(own);
  });

  test('sequences to test on are others than those of training', () => {
    expect(words(1, 0, { testing: true })).not.toEqual(words(1, 0));
    expect(words(1, 0, { testing: true })).toEqual(words(1, 0, { testing: true }));
  });
});

describe('a task with sets', () => {
  const sets: Problem = {
    ...counting, sets: { training: 6, test: 4 },
    draw(random, sequence) {
      sequence.length = 1;
      sequence.inputs[0] = random.next();
    },
  };
  const value = (seed: number, index: number, testing: boolean): number => {
    const sequence = emptySequence(sets);
    drawSequence(sets, seed, index, testing, sequence);
    return sequence.inputs[0]!;
  };
  const members = Array.from({ length: 10 }, (_, index) => value(5, index, true));

  test('has so many members, through which a test goes over and over', () => {
    expect(new Set(members).size).toBe(10);
    expect(value(5, 23, true)).toBe(members[3]);
  });

  test('is trained on members of the training set alone, all of them, in no order', () => {
    const drawn = Array.from({ length: 200 }, (_, index) => members.indexOf(value(5, index, false)));
    expect([...new Set(drawn)].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(drawn.slice(0, 12)).not.toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
  });

  test('has other members for another seed', () => {
    expect(members).not.toContain(value(6, 0, true));
  });
});

test('arrays are zero when a sequence is drawn, whatever was drawn before', () => {
  const seen: number[] = [];
  const dirty: Problem = {
    ...counting,
    draw(_, { inputs, targets, weights, legal }) {
      for (const array of [inputs, targets, weights, legal]) {
        seen.push(...array);
        array.fill(9);
      }
    },
  };
  const sequence = emptySequence(dirty);
  drawSequence(dirty, 1, 0, false, sequence);
  drawSequence(dirty, 1, 1, false, sequence);
  expect(seen.length).toBe(2 * (12 + 8 + 4 + 4));
  expect(seen.every((value) => value === 0)).toBe(true);
});
