import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../../src/random/counter-random.js';
import { philox4x32 } from '../../src/random/philox.js';
import { keyTag, stream } from '../../src/random/streams.js';

const SEED = 20;
const COUNT = 40_000;

function draw(count: number, sample: () => number): { mean: number; variance: number; min: number; max: number } {
  let sum = 0;
  let squares = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let n = 0; n < count; n++) {
    const value = sample();
    sum += value;
    squares += value * value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const mean = sum / count;
  return { mean, variance: squares / count - mean * mean, min, max };
}

describe('CounterRandom', () => {
  it('hands out the words of Philox blocks in order, addressed by layer and stream', () => {
    const random = new CounterRandom(SEED, stream.initialisation, 3);
    const drawn = Array.from({ length: 12 }, () => random.bits());
    const blocks = [0, 1, 2].map((block) => {
      return [...philox4x32([block, 0, 3, stream.initialisation], [SEED, keyTag], new Uint32Array(4))];
    });
    expect(drawn).toEqual(blocks.flat());
  });

  it('repeats itself for equal arguments and differs when the seed, the stream or the layer does', () => {
    const first = (seed: number, tag: number, layer: number): number => new CounterRandom(seed, tag, layer).bits();
    expect(first(1, 2, 3)).toBe(first(1, 2, 3));
    expect(new Set([first(1, 2, 3), first(2, 2, 3), first(1, 3, 3), first(1, 2, 4)]).size).toBe(4);
  });

  it(`next() is uniform over [0, 1) (seed ${SEED})`, () => {
    const random = new CounterRandom(SEED, stream.data);
    const { mean, variance, min, max } = draw(COUNT, () => random.next());
    // Four standard errors: 4 · sqrt(1/12 / 40000) = 0.0058 for the mean, 4 · sqrt(1/180 / 40000) = 0.0015 for the
    // variance.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.0058);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.0015);
    expect(min).toBeGreaterThanOrEqual(0);
    expect(max).toBeLessThan(1);
  });

  it(`normal() has mean 0, variance 1 and uncorrelated neighbours (seed ${SEED})`, () => {
    const random = new CounterRandom(SEED, stream.initialisation);
    let previous = 0;
    let product = 0;
    const { mean, variance } = draw(COUNT, () => {
      const value = random.normal();
      product += previous * value;
      previous = value;
      return value;
    });
    // Four standard errors: 4 / sqrt(40000) = 0.02, and sqrt(2) times that for the variance.
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.0283);
    expect(Math.abs(product / COUNT)).toBeLessThan(0.02);
  });

  it(`integer(n) reaches every value about equally often (seed ${SEED})`, () => {
    const random = new CounterRandom(SEED, stream.data);
    const counts = new Array<number>(7).fill(0);
    for (let n = 0; n < 7000; n++) counts[random.integer(7)]++;
    // Chi-squared with 6 degrees of freedom: above 22.5 once in a thousand.
    const chiSquared = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(22.5);
  });

  it('integer(n) draws again what would bias it', () => {
    const random = new CounterRandom(SEED, stream.data);
    const words = new CounterRandom(SEED, stream.data);
    const n = 3 * 2 ** 30;
    let word = words.bits();
    for (let round = 0; round < 200; round++, word = words.bits()) {
      while (word >= n) word = words.bits();
      expect(random.integer(n)).toBe(word);
    }
  });

  it('uniform(low, high) stays within its bounds', () => {
    const random = new CounterRandom(SEED, stream.initialisation);
    const { min, max } = draw(1000, () => random.uniform(-0.25, 0.5));
    expect(min).toBeGreaterThanOrEqual(-0.25);
    expect(min).toBeLessThan(-0.24);
    expect(max).toBeLessThan(0.5);
    expect(max).toBeGreaterThan(0.49);
  });

  it('refuses what is no 32-bit word, and bounds and counts it cannot serve', () => {
    expect(() => new CounterRandom(-1, 0)).toThrow('seed is -1; it must be an integer from 0 to 4294967295.');
    expect(() => new CounterRandom(0, 2 ** 32)).toThrow('stream is 4294967296; it must be an integer from 0 to');
    expect(() => new CounterRandom(0, 0, 0.5)).toThrow('layer is 0.5; it must be an integer from 0 to 4294967295.');
    const random = new CounterRandom(0, 0);
    expect(() => random.integer(0)).toThrow('integer(0): n must be an integer from 1 to 4294967296.');
    expect(() => random.uniform(1, 0)).toThrow('uniform(1, 0): the bounds must be finite, the lower one first.');
    expect(() => random.uniform(0, Infinity)).toThrow(RangeError);
  });
});
