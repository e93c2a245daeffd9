/**
 * Inverted dropout (Srivastava et al. 2014): y[e] = x[e]/(1 − p) where kept, else 0. Mirrors `shaders/dropout.wgsl`.
 *
 * The mask is a function of (seed, step, layer, e), so the backward pass computes it again: the same call on gradients.
 * Element e of the padded [T, B, pad4(H)] array takes lane e % 4 of Philox block floor(e / 4).
 */
import { dropoutKeeps, dropoutThreshold, philox4x32 } from '../random/philox.js';
import { keyTag, stream } from '../random/streams.js';

/** Which mask: `layer` is `dropoutLayer(index, l)`, `step` the training step. */
export interface DropoutKey {
  readonly rate: number;
  readonly seed: number;
  readonly step: number;
  readonly layer: number;
  /** Whose random numbers; `stream.dropout` where absent. */
  readonly stream?: number;
}

/** Writes `out` from `input` (they may be the same). Length a multiple of 4. */
export function dropout(input: Float64Array, out: Float64Array, key: DropoutKey): void {
  const { rate, seed, step, layer } = key;
  const threshold = dropoutThreshold(rate);
  const scale = Math.fround(1 / (1 - rate)); // the GPU's f32 value
  const counter = Uint32Array.of(0, step, layer, key.stream ?? stream.dropout);
  const words = Uint32Array.of(seed, keyTag);
  const bits = new Uint32Array(4);
  for (let e = 0; e < input.length; e += 4) {
    counter[0] = e / 4;
    philox4x32(counter, words, bits);
    for (let lane = 0; lane < 4; lane++) {
      out[e + lane] = dropoutKeeps(bits[lane], threshold) ? input[e + lane] * scale : 0;
    }
  }
}
