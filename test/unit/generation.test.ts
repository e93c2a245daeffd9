import { describe, expect, test } from 'vitest';
import {
  GENERATE_CHUNK, type GenerationChunk, generationChunks, generationProgram, primeParts,
} from '../../src/layers/generation.js';
import { embedding, linear, lstm, type Model, sequential } from '../../src/model/description.js';
import { runShape } from '../support/programs.js';

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

describe('a token of the prime', () => {
  const labels = (model: Model): string[] => {
    const program = generationProgram(runShape(model));
    return primeParts(program).flatMap(({ from, to }) => program.dispatches.slice(from, to)).map(({ label }) => label);
  };

  test('carries the states on and takes the next token, and makes no logits', () => {
    expect(labels(sequential([embedding(5, 3), lstm(4), linear(6), lstm(4), linear(5), linear(5)]))).toEqual([
      'embedding', '1 carry in', '1 lstm 0 input', '1 lstm 0 step', '1 carry out', '2 linear',
      '3 carry in', '3 lstm 0 input', '3 lstm 0 step', '3 carry out', 'sample',
    ]);
    expect(labels(sequential([embedding(5, 3), linear(5)])), 'there are no states').toEqual(['sample']);
  });
});
