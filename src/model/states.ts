import type { Cell } from '../cells/index.js';
import type { Model } from './description.js';
import { pad4 } from './layout.js';
import { cellOf, directionsOf, type RecurrentDescription } from './recurrent.js';

/** States that go from one time step to the next: the first of `cell.states`. */
export const carriedStates = ({ states }: Cell): number => states.filter(({ carried }) => carried).length;

/**
 * Floats a trial of one description's states: each [batch, pad4(units)], in the order of stacked layer, direction,
 * carried state of the cell. A projected hidden state uses the first columns of its rows.
 */
export function recurrentStateSize(description: RecurrentDescription, batch: number): number {
  const blocks = description.layers * directionsOf(description) * carriedStates(cellOf(description, 0));
  return blocks * batch * pad4(description.units);
}

/** Floats a trial of all states carried across windows, recurrent layers in order. */
export const stateSize = (model: Model, batch: number): number => model.layers.reduce((sum, layer) =>
  sum + (layer.kind === 'recurrent' ? recurrentStateSize(layer, batch) : 0), 0);

/** One carried state of one stacked layer and direction: its name and where it lies in the flat states of a trial. */
export interface StateBlock {
  /** Its name in the cell: `hidden`, `cell`. */
  readonly state: string;
  readonly layer: number;
  readonly direction: number;
  readonly offset: number;
  /** Values of a row; rows are `pitch` floats. */
  readonly width: number;
  readonly pitch: number;
}

/** The carried states of a description, in their order; `start` is where they begin. */
export function stateBlocks(description: RecurrentDescription, batch: number, start = 0): StateBlock[] {
  const { layers, units } = description;
  const pitch = pad4(units);
  const { states, projection } = cellOf(description, 0);
  const blocks: StateBlock[] = [];
  for (let layer = 0; layer < layers; layer++) {
    for (let direction = 0; direction < directionsOf(description); direction++) {
      states.forEach(({ name, carried }, s) => {
        if (!carried) return;
        const offset = start + blocks.length * batch * pitch;
        const width = s === 0 ? projection ?? units : units;
        blocks.push({ state: name, layer, direction, offset, width, pitch });
      });
    }
  }
  return blocks;
}

/** Number that tells dropout masks of different layers apart: stacked layer `l` of model layer `index`. */
export const dropoutLayer = (index: number, l: number): number => index * 64 + l;

/** Likewise for masks inside the recurrence, where each direction has its own. */
export const recurrenceLayer = (index: number, l: number, direction: number): number =>
  (index * 64 + l) * 2 + direction;
