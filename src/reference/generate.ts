import type { Model } from '../model/description.js';
import type { GenerateOptions } from '../model/engine.js';
import { pad4 } from '../model/layout.js';
import { forward } from './network.js';
import { sample, samplingUniform } from './sample.js';

/** Tokens between two yields. */
const CHUNK = 16;

/**
 * Continues `prime` (at least one token) by `length` tokens: reads the prime from zero states, then feeds each drawn
 * token back. Generated token n is drawn with `samplingUniform(seed, n)`. Yields chunks of at most 16.
 */
export function* generateTokens(
  model: Model, parameters: Float64Array,
  { prime, length, temperature, seed }: Omit<GenerateOptions, 'trial'>,
): Generator<Uint32Array> {
  let pass = forward(model, { parameters }, { inputs: prime, timeSteps: prime.length, batch: 1 });
  for (let start = 0; start < length; start += CHUNK) {
    const chunk = new Uint32Array(Math.min(CHUNK, length - start));
    for (let k = 0; k < chunk.length; k++) {
      const n = start + k;
      const last = pass.logits.subarray(pass.logits.length - pad4(model.outputs));
      chunk[k] = sample(last, model.outputs, temperature, samplingUniform(seed, n));
      if (n + 1 === length) break;
      const inputs = chunk.subarray(k, k + 1);
      const network = { parameters, states: pass.states, position: prime.length + n };
      pass = forward(model, network, { inputs, timeSteps: 1, batch: 1 });
    }
    yield chunk;
  }
}
