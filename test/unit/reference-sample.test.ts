import { describe, expect, test } from 'vitest';
import { sample, samplingUniform } from '../../src/reference/sample.js';

const logits = Float64Array.of(Math.log(1), Math.log(5), Math.log(2), Math.log(8), 99); // the last is padding
const weights = [1, 5, 2, 8];

/** How often each of 4 tokens comes for u spread evenly over [0, 1). */
function counts(temperature: number, draws: number): number[] {
  const out = [0, 0, 0, 0];
  for (let k = 0; k < draws; k++) out[sample(logits, 4, temperature, (k + 0.5) / draws)]++;
  return out;
}

describe('sampling', () => {
  test('draws each token by its softmax probability', () => {
    expect(counts(1, 1600)).toEqual(weights.map((w) => w * 100));
  });

  test('divides logits by the temperature: ½ squares the odds', () => {
    const squares = weights.map((w) => w * w); // sum 94
    expect(counts(0.5, 9400)).toEqual(squares.map((w) => w * 100));
  });

  test('takes the largest at temperature 0, the first of equals', () => {
    expect(sample(logits, 4, 0, 0.001)).toBe(3);
    expect(sample(Float64Array.of(1, 7, 7, 7), 4, 0, 0.999)).toBe(1);
  });

  test('never leaves the vocabulary, at the ends of u and at logits of ±1e3', () => {
    expect(sample(logits, 4, 1, 0)).toBe(0);
    expect(sample(logits, 4, 1, 1 - 2 ** -24)).toBe(3);
    expect(sample(Float64Array.of(1e3, -1e3, 0), 3, 1, 1 - 2 ** -24)).toBe(0);
    expect(sample(new Float64Array(3).fill(NaN), 3, 1, 0.5)).toBe(2);
  });

  test('has one uniform number for each token and seed, spread over [0, 1) (seed 11)', () => {
    const draws = Array.from({ length: 4000 }, (_, n) => samplingUniform(11, n));
    expect(new Set(draws).size).toBeGreaterThan(3990);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    // The mean's standard deviation is 1/√(12·4000) = 0.0046.
    expect(Math.abs(draws.reduce((a, b) => a + b) / 4000 - 0.5)).toBeLessThan(4 * 0.0046);
    expect(samplingUniform(11, 3)).toBe(draws[3]);
    expect(samplingUniform(12, 3)).not.toBe(draws[3]);
  });
});
