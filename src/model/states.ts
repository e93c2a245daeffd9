import { cellNamed } from '../cells/index.js';
import type { Model } from './description.js';
import { pad4 } from './layout.js';

/** Floats a trial of all states carried across windows: each [batch, pad4(units)], recurrent layers in order. */
export function stateSize(model: Model, batch: number): number {
  return model.layers.reduce((sum, layer) => {
    if (layer.kind !== 'recurrent') return sum;
    return sum + layer.layers * cellNamed(layer.cell).states.length * batch * pad4(layer.units);
  }, 0);
}

/** Number that tells dropout masks of different layers apart: stacked layer `l` of model layer `index`. */
export const dropoutLayer = (index: number, l: number): number => index * 64 + l;
