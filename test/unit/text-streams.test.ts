import { describe, expect, it } from 'vitest';
import { cursorAt, evaluationRow, evaluationWindows, trainingWindows } from '../../src/data/streams.js';

const SHAPES: { length: number; batch: number; timeSteps: number }[] = [];
for (const length of [2, 3, 5, 17, 18, 100]) {
  for (const batch of [1, 2, 3, 8]) {
    for (const timeSteps of [1, 2, 7]) SHAPES.push({ length, batch, timeSteps });
  }
}
const TRAINABLE = SHAPES.filter(({ length, batch, timeSteps }) => length >= batch * timeSteps + 1);

describe('training windows', () => {
  it.each(TRAINABLE)('of one epoch are disjoint and stay within the text: %j', ({ length, batch, timeSteps }) => {
    const windows = trainingWindows(length, { batch, timeSteps });
    const seen = new Set<number>();
    for (let step = 0; step < windows.windowsPerEpoch; step++) {
      const { cursor } = cursorAt(step, windows);
      for (let row = 0; row < batch; row++) {
        for (let t = 0; t < timeSteps; t++) seen.add(row * windows.streamLength + cursor + t);
      }
    }
    expect(seen.size).toBe(windows.windowsPerEpoch * batch * timeSteps);
    // The last position's target is token N − 1.
    expect(Math.max(...seen)).toBeLessThanOrEqual(length - 2);
    // What an epoch leaves out is less than one window of every stream, and fewer than B positions beside.
    expect(length - 1 - seen.size).toBeLessThan(batch * timeSteps + batch);
  });

  it('continue without a reset until the next one would pass the end of the stream', () => {
    const windows = trainingWindows(2 * 10 + 1, { batch: 2, timeSteps: 3 });
    expect(windows).toEqual({ streamLength: 10, timeSteps: 3, windowsPerEpoch: 3 });
    expect([0, 1, 2, 3, 4].map((step) => cursorAt(step, windows))).toEqual([
      { cursor: 0, reset: true },
      { cursor: 3, reset: false },
      { cursor: 6, reset: false },
      { cursor: 0, reset: true },
      { cursor: 3, reset: false },
    ]);
  });

  it('use a stream that ends exactly with a window to its end', () => {
    const windows = trainingWindows(10, { batch: 1, timeSteps: 3 });
    expect(windows.windowsPerEpoch).toBe(3);
    expect(cursorAt(2, windows)).toEqual({ cursor: 6, reset: false });
  });

  it('reset at every step where a stream holds one window only', () => {
    const windows = trainingWindows(3 * 4 + 1, { batch: 3, timeSteps: 4 });
    expect([0, 1, 2].map((step) => cursorAt(step, windows))).toEqual(Array(3).fill({ cursor: 0, reset: true }));
  });

  it('are refused for one token too few', () => {
    expect(() => trainingWindows(12, { batch: 3, timeSteps: 4 })).toThrow(
      '12 tokens are too few for batch 3 × time 4: at least 13 are needed; ' +
        'give more tokens, or a smaller batch or time.',
    );
    expect(() => trainingWindows(0, { batch: 1, timeSteps: 1 })).toThrow('0 tokens are too few');
    expect(() => trainingWindows(12, { batch: 1.5, timeSteps: 4 })).toThrow('batch is 1.5; it must be an integer');
  });
});

describe('evaluation windows', () => {
  it.each(SHAPES)('count every prediction exactly once: %j', ({ length, batch, timeSteps }) => {
    const { streamLength, windows } = evaluationWindows(length, { batch, timeSteps });
    const counts = new Array<number>(length - 1).fill(0);
    for (let row = 0; row < batch; row++) {
      const { begin, end } = evaluationRow(row, length, streamLength);
      for (let step = 0; step < windows * timeSteps; step++) {
        if (begin + step < end) counts[begin + step]++;
      }
    }
    expect(counts).toEqual(new Array<number>(length - 1).fill(1));
  });

  it('leave the last rows short or empty', () => {
    const { streamLength, windows } = evaluationWindows(6, { batch: 4, timeSteps: 1 });
    expect([streamLength, windows]).toEqual([2, 2]);
    expect([0, 1, 2, 3].map((row) => evaluationRow(row, 6, streamLength))).toEqual([
      { begin: 0, end: 2 },
      { begin: 2, end: 4 },
      { begin: 4, end: 5 },
      { begin: 5, end: 5 },
    ]);
  });

  it('are none where there is nothing to predict', () => {
    for (const length of [0, 1]) {
      expect(evaluationWindows(length, { batch: 2, timeSteps: 3 })).toEqual({ streamLength: 0, windows: 0 });
      expect(evaluationRow(1, length, 0)).toEqual({ begin: 0, end: 0 });
    }
  });
});
