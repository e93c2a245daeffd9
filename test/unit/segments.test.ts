import { describe, expect, test } from 'vitest';
import { segmentLength } from '../../src/model/segment-length.js';
import { segmentsOf } from '../../src/model/segments.js';

describe('a window in segments', () => {
  test('all of the length asked for, but a first one that may be shorter', () => {
    expect(segmentsOf(8, 4)).toEqual([{ first: 0, length: 4 }, { first: 4, length: 4 }]);
    expect(segmentsOf(8, 3)).toEqual([{ first: 0, length: 2 }, { first: 2, length: 3 }, { first: 5, length: 3 }]);
    expect(segmentsOf(3, 1).map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  test('is one where no length is asked for, or the whole', () => {
    for (const length of [undefined, 8, 100]) expect(segmentsOf(8, length)).toEqual([{ first: 0, length: 8 }]);
  });

  test('each time step is in one segment', () => {
    for (let timeSteps = 1; timeSteps < 40; timeSteps++) {
      for (let length = 1; length <= timeSteps; length++) {
        let next = 0;
        for (const segment of segmentsOf(timeSteps, length)) {
          expect(segment.first).toBe(next);
          expect(segment.length).toBeGreaterThan(0);
          next += segment.length;
        }
        expect(next).toBe(timeSteps);
      }
    }
  });
});

describe('the length by default', () => {
  test.each([[1, 1], [2, 1], [4, 2], [6, 3], [64, 16], [150, 25], [256, 32], [1000, 50], [1024, 64]])(
    'of %i time steps is %i, which divides them', (timeSteps, length) => {
      expect(segmentLength(timeSteps)).toBe(length);
    },
  );

  test('is twice the root where no divisor is near', () => {
    expect(segmentLength(97)).toBe(20);
    expect(segmentLength(2 * 499)).toBe(63);
  });

  test('is one to four times the root, and at most half the window', () => {
    for (let timeSteps = 4; timeSteps < 3000; timeSteps++) {
      const length = segmentLength(timeSteps);
      expect(length / Math.sqrt(timeSteps), `${timeSteps}`).toBeGreaterThan(0.99);
      expect(length / Math.sqrt(timeSteps), `${timeSteps}`).toBeLessThan(4);
      expect(segmentsOf(timeSteps, length).length).toBeGreaterThan(1);
    }
  });
});
