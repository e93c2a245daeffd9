import { cellNamed } from '../cells/index.js';
import type { Model, RecurrentDescription } from './description.js';
import { pad4 } from './layout.js';

/** Floats a trial of one description's states, all its stacked layers: each [batch, pad4(units)]. */
export const recurrentStateSize = ({ cell, layers, units }: RecurrentDescription, batch: number): number =>
  layers * cellNamed(cell).states.length * batch * pad4(units);

/** Floats a trial of all states carried across windows, recurrent layers in order. */
export const stateSize = (model: Model, batch: number): number => model.layers.reduce((sum, layer) =>
  sum + (layer.kind === 'recurrent' ? recurrentStateSize(layer, batch) : 0), 0);

/** Number that tells dropout masks of different layers apart: stacked layer `l` of model layer `index`. */
export const dropoutLayer = (index: number, l: number): number => index * 64 + l;
