import { describe, expect, it } from 'vitest';
import { dropoutKeeps, dropoutThreshold, philox4x32, uniformFromBits } from '../../src/random/philox.js';

/** Known answers from the file `tests/kat_vectors` of the Random123 distribution: counter, key, output. */
const KNOWN_ANSWERS: [number[], number[], number[]][] = [
  [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

/** The paper's round in exact integers, to compare with the 16-bit halves. */
function philoxInBigIntegers(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt);
  let [k0, k1] = key.map(BigInt);
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0;
    const p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & 0xffffffffn, (p0 >> 32n) ^ c3 ^ k1, p0 & 0xffffffffn];
    k0 = (k0 + 0x9e3779b9n) & 0xffffffffn;
    k1 = (k1 + 0xbb67ae85n) & 0xffffffffn;
  }
  return [c0, c1, c2, c3].map(Number);
}

describe('philox4x32', () => {
  it.each(KNOWN_ANSWERS)('gives the known answer of Random123 for counter %j and key %j', (counter, key, answer) => {
    expect([...philox4x32(counter, key, new Uint32Array(4))]).toEqual(answer);
  });

  it('agrees with exact integer arithmetic along a chain of 1000 blocks', () => {
    let words = [1, 2, 3, 4, 5, 6];
    const out = new Uint32Array(4);
    for (let n = 0; n < 1000; n++) {
      const counter = words.slice(0, 4);
      const key = words.slice(4);
      philox4x32(counter, key, out);
      expect([...out], `block ${n}`).toEqual(philoxInBigIntegers(counter, key));
      words = [...out, words[0], words[1]];
    }
  });

  it('may write over its own counter', () => {
    const words = new Uint32Array(4);
    expect(philox4x32(words, [0, 0], words)).toBe(words);
    expect([...words]).toEqual(KNOWN_ANSWERS[0][2]);
  });
});

describe('uniformFromBits', () => {
  it('is exact in f32, 0 at the lowest word and the largest f32 below 1 at the highest', () => {
    expect(uniformFromBits(0)).toBe(0);
    expect(uniformFromBits(0xffffffff)).toBe(1 - 2 ** -24);
    expect(uniformFromBits(0x80000000)).toBe(0.5);
    for (const bits of [0x6627e8d5, 0xe169c58d, 0xffffff00]) {
      expect(Math.fround(uniformFromBits(bits))).toBe(uniformFromBits(bits));
    }
  });
});

describe('dropout', () => {
  it('keeps everything at 0, and exactly the upper half of the words at one half', () => {
    expect(dropoutKeeps(0, dropoutThreshold(0))).toBe(true);
    const half = dropoutThreshold(0.5);
    expect(dropoutKeeps(0x7fffffff, half)).toBe(false);
    expect(dropoutKeeps(0x80000000, half)).toBe(true);
  });

  it('drops the asked share: 20,000 words at p = 0.3, counter from 0, key (7, 0)', () => {
    const threshold = dropoutThreshold(0.3);
    const out = new Uint32Array(4);
    let dropped = 0;
    for (let block = 0; block < 5000; block++) {
      for (const bits of philox4x32([block, 0, 0, 2], [7, 0], out)) dropped += dropoutKeeps(bits, threshold) ? 0 : 1;
    }
    // Four standard deviations of a binomial count: 4 · sqrt(0.3 · 0.7 / 20000) = 0.013.
    expect(Math.abs(dropped / 20000 - 0.3)).toBeLessThan(0.013);
  });

  it.each([-0.1, 1, 1.5, Number.NaN])('refuses p = %d', (p) => {
    expect(() => dropoutThreshold(p)).toThrow(
      `dropout is ${p}; it must be at least 0 and less than 1, the share of elements to drop.`,
    );
  });
});
