import { show } from './check.js';
import type { Clip, OptimizerDescription } from './optimizers.js';
import { adagrad, adam, checkClip, rmsprop, sgd } from './optimizers.js';
import { embedding, input, type LayerDescription, linear, type Model, oneHot, sequential } from './description.js';
import { CELL_OPTION_NAMES, recurrent, type RecurrentDescription } from './recurrent.js';

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
    case 'input': return input(layer['width'] as number);
    case 'oneHot': return oneHot(layer['vocabulary'] as number);
    case 'embedding': return embedding(layer['vocabulary'] as number, layer['units'] as number);
    case 'recurrent': return parseRecurrent(layer, index);
    case 'linear': return linear(layer['units'] as number, pick(layer, ['bias']));
    default: throw new RangeError(`layer ${index} is ${JSON.stringify(layer['kind'])}: ` +
      'use input, oneHot, embedding, recurrent or linear');
  }
}

const RECURRENT_FIELDS = [
  'layers', 'bidirectional', 'dropout', 'recurrentDropout', 'zoneout', 'bias', 'initial', 'forgetBias',
] as const satisfies readonly (keyof RecurrentDescription)[];

/** Fields that an older file lacks have the values that they had before they were. */
function parseRecurrent(layer: Fields, index: number): RecurrentDescription {
  const { cell, units, options = {} } = layer;
  if (typeof cell !== 'string') throw new RangeError(`layer ${index} has the cell ${show(cell)}: give its name`);
  const ofCell = fieldsOf(`layer ${index} options`, options);
  const unknown = Object.keys(ofCell).find((name) => !(CELL_OPTION_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`layer ${index} has the option ${show(unknown)}: use ${CELL_OPTION_NAMES.join(', ')}`);
  }
  return recurrent(cell, units as number, { ...pick(layer, RECURRENT_FIELDS), ...pick(ofCell, CELL_OPTION_NAMES) });
}

const pick = (fields: Fields, names: readonly string[]): object =>
  Object.fromEntries(names.filter((name) => Object.hasOwn(fields, name)).map((name) => [name, fields[name]]));

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
