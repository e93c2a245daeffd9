import { describe, expect, test } from 'vitest';
import { evaluationWindows, trainingWindows } from '../../src/data/streams.js';
import {
  evaluationStreamLength, evaluationWindow, trainingStreamLength, trainingWindow,
} from '../../src/reference/window.js';

const text = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);

test('a training window reads each stream at the cursor, time first', () => {
  const length = trainingStreamLength(12, 2);
  expect(length).toBe(5);
  const window = trainingWindow(text(12), { timeSteps: 3, batch: 2 }, 2, length);
  expect([...window.inputs]).toEqual([2, 7, 3, 8, 4, 9]);
  expect([...window.targets]).toEqual([3, 8, 4, 9, 5, 10]);
  expect(window.mask).toBeUndefined();
});

describe('evaluation windows', () => {
  for (const [n, batch, timeSteps] of [[2, 1, 1], [2, 5, 3], [12, 2, 3], [14, 3, 4], [101, 32, 7], [33, 4, 8]]) {
    test(`of ${n} tokens count every prediction once, batch ${batch}, time ${timeSteps}`, () => {
      const length = evaluationStreamLength(n, batch);
      const predicted: number[] = [];
      for (let cursor = 0; cursor < length; cursor += timeSteps) {
        const { inputs, targets, mask } = evaluationWindow(text(n), { timeSteps, batch }, cursor, length);
        inputs.forEach((input, at) => {
          expect(targets[at]).toBeLessThan(n);
          if (mask![at] === 0) return;
          expect(targets[at]).toBe(input + 1);
          predicted.push(targets[at]);
        });
      }
      expect(predicted.sort((a, b) => a - b)).toEqual([...text(n)].slice(1));
    });
  }
});

test('streams are as long as the data room cuts them', () => {
  for (const n of [40, 41, 99]) {
    for (const batch of [1, 2, 5]) {
      const shape = { batch, timeSteps: 3 };
      expect(trainingStreamLength(n, batch)).toBe(trainingWindows(n, shape).streamLength);
      expect(evaluationStreamLength(n, batch)).toBe(evaluationWindows(n, shape).streamLength);
    }
  }
});
