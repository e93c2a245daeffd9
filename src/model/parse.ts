import type { Clip, OptimizerDescription } from './optimizers.js';
import { adagrad, adam, checkClip, rmsprop, sgd } from './optimizers.js';
import { embedding, type LayerDescription, linear, type Model, oneHot, recurrent, sequential } from './description.js';

/** Descriptions from JSON of unknown origin: everything passes through the constructors' checks. */

type Fields = Readonly<Record<string, unknown>>;

/** @throws RangeError unless `value` is a JSON object. */
export function fieldsOf(what: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RangeError(`${what} is not an object`);
  }
  return value as Fields;
}

/** @throws RangeError that names the layer where one is not valid. */
export function parseModel(layers: unknown): Model {
  if (!Array.isArray(layers)) throw new RangeError('the model is not a list of layers');
  return sequential(layers.map((layer, index) => parseLayer(fieldsOf(`layer ${index}`, layer), index)));
}

function parseLayer(layer: Fields, index: number): LayerDescription {
  switch (layer['kind']) {
    case 'oneHot': return oneHot(layer['vocabulary'] as number);
    case 'embedding': return embedding(layer['vocabulary'] as number, layer['units'] as number);
    case 'linear': return linear(layer['units'] as number, { bias: layer['bias'] !== false });
    case 'recurrent': return recurrent(String(layer['cell']), layer['units'] as number, layer as object);
    default: throw new RangeError(`layer ${index} is ${JSON.stringify(layer['kind'])}: ` +
      'use oneHot, embedding, recurrent or linear');
  }
}

/** @throws RangeError where the optimiser is unknown or a value is out of range. */
export function parseOptimizer(value: unknown): OptimizerDescription {
  const fields = fieldsOf('the optimizer', value);
  const constructors = { adam, sgd, rmsprop, adagrad };
  const kind = String(fields['kind']);
  if (!Object.hasOwn(constructors, kind)) {
    throw new RangeError(`optimizer is "${kind}": use ${Object.keys(constructors).join(', ')}`);
  }
  return constructors[kind as keyof typeof constructors](fields as object);
}

/** @throws RangeError where a bound is out of range. */
export function parseClip(value: unknown): Clip {
  const { norm, value: bound } = fieldsOf('clip', value);
  return checkClip({
    ...(norm === undefined ? {} : { norm: norm as number }), ...(bound === undefined ? {} : { value: bound as number }),
  });
}
