/**
 * Draws a token from softmax(logits/temperature) by the inverse of its distribution function: the first n whose
 * cumulative weight exceeds u times the total, the last one where rounding leaves none. Temperature 0 takes the
 * largest logit, the first of equals. Mirrors `shaders/sample.wgsl`.
 */
import { philox4x32, uniformFromBits } from '../random/philox.js';
import { keyTag, stream } from '../random/streams.js';

/** `logits` [columns] (more may follow), `u` uniform in [0, 1). */
export function sample(logits: Float64Array, columns: number, temperature: number, u: number): number {
  let best = 0;
  for (let n = 1; n < columns; n++) if (logits[n] > logits[best]) best = n;
  if (temperature === 0) return best;
  const weight = (n: number): number => Math.exp((logits[n] - logits[best]) / temperature);
  let total = 0;
  for (let n = 0; n < columns; n++) total += weight(n);
  let sum = 0;
  for (let n = 0; n < columns; n++) {
    sum += weight(n);
    if (sum > u * total) return n;
  }
  return columns - 1;
}

/** The uniform number that draws generated token `n`, counted from 0. */
export function samplingUniform(seed: number, n: number): number {
  const counter = Uint32Array.of(n, 0, 0, stream.sampling);
  return uniformFromBits(philox4x32(counter, Uint32Array.of(seed, keyTag), new Uint32Array(4))[0]);
}
