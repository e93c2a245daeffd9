/**
 * Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011 (doi:10.1145/2063384.2063405), section 3.3. Equal bits to `shaders/lib/philox.wgsl`.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** High 32 bits of a 32 × 32 product, by 16-bit halves: no intermediate exceeds 2^32. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const low = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + (middle >>> 16) + (low >>> 16);
}

/**
 * One block of four random words. Allocates nothing; `out` may be `counter`.
 * @param counter 4 words (u32)
 * @param key 2 words (u32)
 * @param out receives 4 words
 * @returns `out`
 */
export function philox4x32(counter: ArrayLike<number>, key: ArrayLike<number>, out: Uint32Array): Uint32Array {
  let c0 = counter[0];
  let c1 = counter[1];
  let c2 = counter[2];
  let c3 = counter[3];
  let k0 = key[0];
  let k1 = key[1];
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
  return out;
}

/** A uniform number in [0, 1) from a random word: its 24 high bits, so that f32 holds it exactly. */
export function uniformFromBits(bits: number): number {
  return (bits >>> 8) * 2 ** -24;
}

/**
 * The integer that `dropoutKeeps` compares 24 random bits with.
 * @param p probability to drop an element, in [0, 1)
 * @throws RangeError when p is outside
 */
export function dropoutThreshold(p: number): number {
  if (!(p >= 0 && p < 1)) {
    throw new RangeError(`dropout is ${p}; it must be at least 0 and less than 1, the share of elements to drop.`);
  }
  return Math.round(p * 2 ** 24);
}

/** The mask rule, the same in WGSL: keep the element whose random word is `bits`? */
export function dropoutKeeps(bits: number, threshold: number): boolean {
  return bits >>> 8 >= threshold;
}
