import { describe, expect, test } from 'vitest';
import { GENERATE_CHUNK, type GenerationChunk, generationChunks } from '../../src/layers/generation.js';

const cut = (options: Partial<Parameters<typeof generationChunks>[0]> = {}): GenerationChunk[] =>
  [...generationChunks({ prime: 1, length: 300, flops: 1, submitFlops: 1e9, ...options })];
const counts = (chunks: readonly GenerationChunk[]): number[] => chunks.map(({ count }) => count);

describe('the submits of a generated text', () => {
  test('start short and double: 300 tokens are seven', () => {
    expect(counts(cut())).toEqual([4, 8, 16, 32, 64, 128, 48]);
    expect(cut().every(({ read }) => read)).toBe(true);
  });

  test('make every token of prime and text once, and read the text alone', () => {
    for (const prime of [1, 2, 3, 70, 256, 257, 4096]) {
      for (const length of [1, 3, 4, 5, 13, 300, 2000]) {
        for (const flops of [1, 6e6, 3e8, 1e12]) {
          const chunks = cut({ prime, length, flops, submitFlops: 1.5e10 });
          const sum = (read: boolean): number =>
            counts(chunks.filter((chunk) => chunk.read === read)).reduce((a, b) => a + b, 0);
          expect([sum(false), sum(true)]).toEqual([prime - 1, length]);
          expect(Math.min(...counts(chunks))).toBeGreaterThan(0);
          expect(Math.max(...counts(chunks))).toBeLessThanOrEqual(GENERATE_CHUNK);
        }
      }
    }
  });

  test('hold at most a hundredth of the work that a submit may, or a token where that is more', () => {
    expect(Math.max(...counts(cut({ flops: 1e6, submitFlops: 1e9 })))).toBe(10);
    expect(Math.max(...counts(cut({ flops: 1e8, submitFlops: 1e9 })))).toBe(1);
  });
});
