import { pad4 } from '../../src/model/layout.js';
import type { CounterRandom } from '../../src/random/counter-random.js';

export type Floats = Float32Array<ArrayBuffer>;
export type Words = Uint32Array<ArrayBuffer>;

/** `length` values, uniform in ±scale. */
export function randomFloats(random: CounterRandom, length: number, scale = 1): Floats {
  return Float32Array.from({ length }, () => random.uniform(-scale, scale));
}

/** A matrix [rows, pad4(columns)], uniform in ±scale, padding zero. */
export function randomRows(random: CounterRandom, rows: number, columns: number, scale = 1): Floats {
  const pitch = pad4(columns);
  return randomFloats(random, rows * pitch, scale).map((x, i) => (i % pitch < columns ? x : 0));
}

/** `length` tokens below `vocabulary`. */
export function randomTokens(random: CounterRandom, length: number, vocabulary: number): Words {
  return Uint32Array.from({ length }, () => random.integer(vocabulary));
}

/** Content of an output that the kernel must write: NaN spoils every comparison it reaches. */
export const poisoned = (length: number): Floats => new Float32Array(length).fill(NaN);
export const poisonedWords = (length: number): Words => new Uint32Array(length).fill(0xdeadbeef);

/** One copy a trial at `stride`, from `part(trial)`; between them is what `filler` says. */
export function trialsOf(trials: number, stride: number, part: (trial: number) => Floats, filler = 0): Floats {
  const all = new Float32Array(trials * stride).fill(filler);
  for (let n = 0; n < trials; n++) all.set(part(n), n * stride);
  return all;
}

/** Trial `n`'s part of an array that holds them `stride` apart. */
export const trialOf = <T extends Floats | Words | Float64Array>(all: T, n: number, stride: number, size = stride): T =>
  all.subarray(n * stride, n * stride + size) as T;

export const double = (values: ArrayLike<number>): Float64Array<ArrayBuffer> => Float64Array.from(values);
