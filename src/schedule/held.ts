import type { AdapterDescription } from '../gpu/device.js';
import type { Driver, RecurrenceTile } from '../kernels/recurrence.js';
import type { Model } from '../model/description.js';
import { holds, largestHeld, LEAST_WORKGROUP_MEMORY } from './holds.js';

export { holds, largestHeld } from './holds.js';

/** Of a tile from elsewhere what this adapter can do; float32 sums do not depend on where their weights lie. */
export function heldHere(adapter: AdapterDescription, model: Model, tile: RecurrenceTile): RecurrenceTile {
  const { held, ...rest } = tile;
  return held === 'f32' && !holds(adapter, model, held) ? rest : tile;
}

/** @throws RangeError where the adapter cannot hold the model's recurrent weights as float16; `driver`: asked for. */
export function checkHalf(adapter: AdapterDescription, model: Model, driver: Driver | undefined): void {
  const refuse = (reason: string): never => {
    throw new RangeError(`precision "f16" ${reason}, or leave precision out (f32)`);
  };
  const bytes = largestHeld(model, 'f16');
  if (!adapter.f16) refuse(`needs shader-f16, which ${adapter.name} lacks: use another adapter`);
  if (driver !== undefined && driver !== 'sequence') {
    refuse(`is of the driver "sequence", which holds recurrent weights, not of "${driver}": use that driver`);
  }
  if (bytes === 0) refuse('is that of recurrent weights, and the model has none: use another cell');
  if (!holds(adapter, model, 'f16')) {
    refuse(`needs ${bytes} bytes for a layer's recurrent weights and a workgroup on ${adapter.name} holds ` +
      `${adapter.workgroupMemory ?? LEAST_WORKGROUP_MEMORY}: use fewer units`);
  }
}
