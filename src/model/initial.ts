import { CounterRandom } from '../random/counter-random.js';
import { stream } from '../random/streams.js';
import type { Model } from './description.js';
import { elementCount, type Initial, packParameter } from './layout.js';

/**
 * Initial parameters of one network, rounded to float32, in the flat layout [layout.size].
 * Values are drawn in PyTorch's order, a stream a parameter, so that GPU and reference start with the same bits.
 */
export function initialParameters(model: Model, seed: number): Float32Array {
  const flat = new Float32Array(model.layout.size);
  model.layout.parameters.forEach((parameter, index) => {
    const random = new CounterRandom(seed, stream.initialisation, index);
    const values = Float32Array.from({ length: elementCount(parameter) }, () => draw(parameter.initial, random));
    packParameter(parameter, values, flat);
  });
  return flat;
}

function draw(initial: Initial, random: CounterRandom): number {
  switch (initial.kind) {
    case 'uniform': return random.uniform(-initial.bound, initial.bound);
    case 'normal': return initial.deviation * random.normal();
  }
}
