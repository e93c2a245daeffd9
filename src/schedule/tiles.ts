import type { Cell } from '../cells/index.js';
import type { AdapterDescription } from '../gpu/device.js';
import type { Driver } from '../kernels/recurrence.js';
import type { Model } from '../model/description.js';
import { cellOf, type RecurrentDescription } from '../model/recurrent.js';
import { checkHalf } from './held.js';
import { recurrentLayers, type Strategy, tableStrategy, unscannable, type Workload } from './table.js';

// What is asked for and not every model or adapter can do: a page that asks for nothing has the table alone.
export * from './table.js';

/**
 * The strategy for an adapter and a workload; `driver` is the caller's choice, else this table's.
 * @throws RangeError where the driver cannot carry a cell of the model, or the adapter not hold its weights as float16
 */
export function chooseStrategy(adapter: AdapterDescription, workload: Workload, driver?: Driver): Strategy {
  const { model, precision } = workload;
  if (driver) checkDriver(model, driver);
  if (precision === 'f16') {
    checkHalf(adapter, model, driver);
    const table = tableStrategy(adapter, workload, 'sequence');
    return { ...table, recurrence: { ...table.recurrence, held: 'f16' } };
  }
  return tableStrategy(adapter, workload, driver);
}

/** @throws RangeError where the driver cannot carry a cell of the model. */
export function checkDriver(model: Model, driver: Driver): void {
  const bound = unscannable(model);
  if (driver === 'scan' && bound) {
    throw new RangeError(`driver "scan" cannot carry ${bound.cell}, whose gates see the hidden state before: ` +
      'use "step" or "sequence", or a cell whose gates see the input alone (min-gru, min-lstm, carousel)');
  }
  if (driver === 'wavefront') checkWavefront(model);
}

/** @throws RangeError where layers of the model cannot advance together; the message says why */
function checkWavefront(model: Model): void {
  const recurrent = recurrentLayers(model);
  if (recurrent.length === 0) {
    throw new RangeError('driver "wavefront" advances recurrent layers together, and the model has none: ' +
      'leave the driver out');
  }
  for (const layer of recurrent) {
    const reason = unstackable(layer);
    if (reason) throw new RangeError(`driver "wavefront" cannot carry ${layer.cell} ${reason}`);
  }
}

/** Why the layers of a description cannot advance as a wavefront, and what helps; undefined where they can. */
export function unstackable(layer: RecurrentDescription): string | undefined {
  const { layers, bidirectional, dropout } = layer;
  if (layers < 2) return 'in one layer, which has no other to advance with: use "step" or "sequence", or more layers';
  if (bidirectional) {
    return 'in both directions, whose layers read the whole sequence of those below: use "step" or "sequence"';
  }
  if (dropout > 0) {
    return `with dropout ${dropout} between layers, which is drawn for the whole sequence: use "step" or "sequence", ` +
      'or recurrentDropout or zoneout in its place';
  }
  if (!stacks(cellOf(layer, 0))) {
    return 'whose time step is not one product of the hidden state with the weights of all gates: use "step" or ' +
      '"sequence"';
  }
  return undefined;
}

/** A time step is one product of the hidden state with weights of all gates, then arithmetic. */
const stacks = ({ phases, normed, below, projection, truncated, outputs }: Cell): boolean =>
  phases.length === 1 && phases[0]!.products.length === 1 && phases[0]!.products[0]!.source === 0 &&
  !normed && !below && projection === undefined && !truncated && outputs.length === 1 && outputs[0] === 0;
