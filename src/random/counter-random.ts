import { philox4x32, uniformFromBits } from './philox.js';
import { keyTag } from './streams.js';

const WORD = 2 ** 32;

function checkWord(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= WORD) {
    throw new RangeError(`${name} is ${value}; it must be an integer from 0 to 4294967295.`);
  }
}

/**
 * Random numbers in sequence, for work on the CPU such as initial weights: the words of Philox blocks 0, 1, 2, … at
 * (block, step 0, layer, stream) under (seed, keyTag). Equal arguments give equal numbers. Repeats after 2^34 words.
 */
export class CounterRandom {
  private readonly counter: Uint32Array;
  private readonly key: Uint32Array;
  private readonly block = new Uint32Array(4);
  private lane = 4;
  private spareNormal: number | undefined;

  /**
   * @param seed u32, one for each trial
   * @param stream u32, one of `stream` in streams.ts
   * @param layer u32: which layer or tensor draws, so that adding one does not change the others' numbers
   * @throws RangeError when one of them is no u32
   */
  constructor(seed: number, stream: number, layer = 0) {
    checkWord('seed', seed);
    checkWord('stream', stream);
    checkWord('layer', layer);
    this.key = Uint32Array.of(seed, keyTag);
    this.counter = Uint32Array.of(0, 0, layer, stream);
  }

  /** The next 32 random bits, as an unsigned integer. */
  bits(): number {
    if (this.lane === 4) {
      philox4x32(this.counter, this.key, this.block);
      this.counter[0]++;
      this.lane = 0;
    }
    return this.block[this.lane++];
  }

  /** Uniform in [0, 1), a multiple of 2^-24: exact in f32. Takes one word. */
  next(): number {
    return uniformFromBits(this.bits());
  }

  /**
   * Uniform in [low, high), computed in float64. Takes one word.
   * @throws RangeError unless low ≤ high and both are finite
   */
  uniform(low: number, high: number): number {
    if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) {
      throw new RangeError(`uniform(${low}, ${high}): the bounds must be finite, the lower one first.`);
    }
    return low + (high - low) * this.next();
  }

  /** Standard normal, by Box and Muller (1958) in float64. Takes two words every second call. */
  normal(): number {
    if (this.spareNormal !== undefined) {
      const value = this.spareNormal;
      this.spareNormal = undefined;
      return value;
    }
    // (0, 1]: the logarithm of zero never occurs.
    const radius = Math.sqrt(-2 * Math.log((this.bits() + 1) / WORD));
    const angle = (2 * Math.PI * this.bits()) / WORD;
    this.spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /**
   * Uniform over the integers 0 … n − 1, without bias (words past the last multiple of n are drawn again).
   * @param n integer from 1 to 2^32
   * @throws RangeError when n is outside
   */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > WORD) {
      throw new RangeError(`integer(${n}): n must be an integer from 1 to 4294967296.`);
    }
    const limit = WORD - (WORD % n);
    let bits = this.bits();
    while (bits >= limit) bits = this.bits();
    return bits % n;
  }
}
