import { describe, expect, test } from 'vitest';
import { meets, TrialTracker } from '../../src/lab/tracker.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import type { Criterion } from '../../src/tasks/task.js';

const stream: Criterion = { on: 'stream', sequences: 10, wrong: 0, error: 0.1, text: '' };
const fresh: Criterion = { on: 'fresh', sequences: 100, wrong: 5, every: 50, text: '' };

/** The sequence, counted from 1, after which the criterion is met, looked for over all windows. */
function firstSolved(
  { sequences, wrong: most, error: bound = Infinity }: Criterion, wrong: number[], error: number[],
): number | undefined {
  for (let end = sequences; end <= wrong.length; end++) {
    const sum = (values: number[]): number => values.slice(end - sequences, end).reduce((a, b) => a + b, 0);
    if (sum(wrong) <= most && sum(error) / sequences < bound) return end;
  }
  return undefined;
}

describe('a criterion on the stream', () => {
  test('is met at the very sequence that is the tenth in a row without a wrong one', () => {
    const tracker = new TrialTracker(1, stream, 1000);
    for (let n = 1; n <= 7; n++) tracker.push(n === 4 ? 1 : 0, 0.05);
    for (let n = 8; n <= 13; n++) tracker.push(0, 0.05);
    expect(tracker.state).toBe('training');
    tracker.push(0, 0.05); // 5 … 14
    expect(tracker.state).toBe('success');
    expect(tracker.solvedAt).toBe(14);
    tracker.push(1, 9);
    expect([tracker.sequences, tracker.solvedAt, tracker.state]).toEqual([14, 14, 'success']);
  });

  test('is not met before there are as many sequences as it is about', () => {
    const tracker = new TrialTracker(1, stream, 1000);
    for (let n = 1; n <= 9; n++) tracker.push(0, 0);
    expect(tracker.state).toBe('training');
    tracker.push(0, 0);
    expect(tracker.solvedAt).toBe(10);
  });

  test('asks for a mean error below the bound, not at it', () => {
    const tracker = new TrialTracker(1, { ...stream, error: 0.125 }, 1000);
    for (let n = 0; n < 30; n++) tracker.push(0, 0.125);
    expect(tracker.state).toBe('training');
    tracker.push(0, 0.12);
    expect(tracker.solvedAt).toBe(31);
  });

  for (const most of [0, 1, 3]) {
    test(`is met where all windows say so, never before \`earliest\`, with ${most} wrong (seeds 0 … 39)`, () => {
      const criterion = { ...stream, wrong: most, error: 0.5 };
      let solved = 0;
      for (let seed = 0; seed < 40; seed++) {
        const random = new CounterRandom(seed, 8);
        const wrong = Array.from({ length: 400 }, () => Number(random.next() < 0.3 - 0.0005 * seed * 10));
        const error = Array.from({ length: 400 }, () => random.uniform(0, 0.9));
        const expected = firstSolved(criterion, wrong, error);
        const tracker = new TrialTracker(seed, criterion, 400);
        let bound = 0;
        for (let n = 0; n < 400 && tracker.state === 'training'; n++) {
          expect(tracker.earliest, 'it never comes nearer').toBeGreaterThanOrEqual(bound);
          expect(tracker.earliest).toBeGreaterThan(n);
          bound = tracker.earliest;
          tracker.push(wrong[n]!, error[n]!);
        }
        expect(tracker.solvedAt).toBe(expected);
        if (expected === undefined) continue;
        solved++;
        expect(expected).toBeGreaterThanOrEqual(bound);
      }
      expect(solved).toBeGreaterThan(most === 0 ? 3 : 20);
    });
  }

  test('`earliest` is where it is met if nothing more is wrong', () => {
    const tracker = new TrialTracker(1, { ...stream, wrong: 1 }, 1000);
    expect(tracker.earliest).toBe(10);
    tracker.push(1, 0);
    expect(tracker.earliest).toBe(10);
    tracker.push(0, 0);
    tracker.push(1, 0); // two: the window must be past the first
    expect(tracker.earliest).toBe(11);
    for (let n = 4; n <= 10; n++) tracker.push(0, 0);
    expect([tracker.state, tracker.earliest]).toEqual(['training', 11]);
    tracker.push(0, 0);
    expect(tracker.solvedAt).toBe(11);
    expect(tracker.earliest, 'nothing more is to come').toBe(Infinity);
  });

  test('`earliest` is the next sequence where the mean error alone is in the way', () => {
    const tracker = new TrialTracker(1, stream, 1000);
    for (let n = 0; n < 20; n++) tracker.push(0, 0.5);
    expect(tracker.earliest).toBe(21);
  });
});

describe('the limit', () => {
  test('ends a trial as failed at that sequence', () => {
    const tracker = new TrialTracker(1, stream, 15);
    for (let n = 0; n < 20; n++) tracker.push(1, 1);
    expect([tracker.state, tracker.sequences, tracker.solvedAt]).toEqual(['limit', 15, undefined]);
  });

  test('is not in the way of a trial that succeeds at it', () => {
    const tracker = new TrialTracker(1, stream, 10);
    for (let n = 0; n < 10; n++) tracker.push(0, 0);
    expect([tracker.state, tracker.solvedAt]).toEqual(['success', 10]);
  });
});

describe('a criterion on fresh sequences', () => {
  test('is met by a test alone', () => {
    const tracker = new TrialTracker(1, fresh, 1000);
    for (let n = 0; n < 200; n++) tracker.push(0, 0);
    expect([tracker.state, tracker.earliest]).toEqual(['training', Infinity]);
    tracker.tested(6, 0);
    expect(tracker.state).toBe('training');
    tracker.tested(5, 0);
    expect([tracker.state, tracker.solvedAt]).toEqual(['success', 200]);
    tracker.tested(0, 0);
    expect(tracker.solvedAt).toBe(200);
  });

  test('may be met by the test that is due at the limit', () => {
    const tracker = new TrialTracker(1, fresh, 100);
    for (let n = 0; n < 100; n++) tracker.push(0, 0);
    expect(tracker.state).toBe('limit');
    tracker.tested(0, 0);
    expect([tracker.state, tracker.solvedAt]).toEqual(['success', 100]);
  });

  test('is worth a test where the newest sequences are about as good', () => {
    const tracker = new TrialTracker(1, fresh, 1e6);
    for (let n = 0; n < 100; n++) tracker.push(n % 4 === 0 ? 1 : 0, 0);
    expect(tracker.promising).toBe(false);
    for (let n = 0; n < 100; n++) tracker.push(n % 10 === 0 ? 1 : 0, 0);
    expect(tracker.promising).toBe(true);
    const noisy = new TrialTracker(1, { ...fresh, noisy: true }, 1e6);
    noisy.push(1, 1);
    expect(noisy.promising, 'of noisy targets training says little').toBe(true);
  });
});

test('a trial that diverges stays so', () => {
  const tracker = new TrialTracker(1, stream, 1000);
  tracker.push(0, 0);
  tracker.diverge();
  for (let n = 0; n < 20; n++) tracker.push(0, 0);
  expect([tracker.state, tracker.sequences, tracker.earliest]).toEqual(['diverged', 1, Infinity]);
  const solved = new TrialTracker(1, stream, 1000);
  for (let n = 0; n < 10; n++) solved.push(0, 0);
  solved.diverge();
  expect(solved.state).toBe('success');
});

describe('the curve', () => {
  const limits = [5, 199, 1000, 100_000, 1e9];
  for (const limit of limits) {
    test(`has at most 200 points that grow and cover all sequences, limit ${limit}`, () => {
      const never: Criterion = { ...stream, wrong: -1 };
      const tracker = new TrialTracker(1, never, limit);
      const count = Math.min(limit, 450_000);
      for (let n = 1; n <= count; n++) tracker.push(n % 2, n);
      const { curve } = tracker;
      expect(curve.length).toBeGreaterThanOrEqual(Math.min(limit, 100));
      expect(curve.length).toBeLessThanOrEqual(200);
      let before = 0;
      for (const [sequences, error, wrong] of curve) {
        expect(error, 'mean of the sequences since').toBeCloseTo((before + 1 + sequences) / 2, 6);
        if ((sequences - before) % 2 === 0) expect(wrong).toBeCloseTo(0.5, 12);
        expect(sequences).toBeGreaterThan(before);
        before = sequences;
      }
      expect(before).toBeGreaterThan(0.9 * count);
    });
  }
});

test('progress tells the means over the newest sequences', () => {
  const tracker = new TrialTracker(9, { ...stream, wrong: -1 }, 1000);
  for (let n = 1; n <= 25; n++) tracker.push(n > 20 ? 1 : 0, n);
  expect(tracker.progress).toEqual({ seed: 9, sequences: 25, error: 20.5, wrong: 0.5, state: 'training' });
});

test('means stay exact over millions of values of all sizes', () => {
  const tracker = new TrialTracker(1, { ...stream, sequences: 100, wrong: -1 }, 1e9);
  for (let n = 0; n < 300_000; n++) tracker.push(0, n < 299_000 ? 1e12 / (1 + (n % 7)) : 1e-3);
  expect(tracker.progress.error).toBeCloseTo(1e-3, 15);
});

test('what meets a criterion', () => {
  expect(meets(stream, 0, 0.0999)).toBe(true);
  expect(meets(stream, 0, 0.1)).toBe(false);
  expect(meets(stream, 1, 0)).toBe(false);
  expect(meets(stream, 0, NaN)).toBe(false);
  expect(meets(fresh, 5, 1e9)).toBe(true);
});
