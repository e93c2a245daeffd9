import type { AdapterDescription } from '../gpu/device.js';
import type { Held } from '../kernels/held.js';
import { type Driver, heldBytes, type RecurrenceTile } from '../kernels/recurrence.js';
import type { Model } from '../model/description.js';
import { cellOf } from '../model/recurrent.js';

/** What any WebGPU adapter gives a workgroup. */
const LEAST_WORKGROUP_MEMORY = 16_384;

/** Bytes that the recurrent weights of the model's largest layer, one trial in one direction, take when held. */
export const largestHeld = ({ layers }: Model, held: Held): number => Math.max(0, ...layers.flatMap((layer) =>
  (layer.kind === 'recurrent'
    ? Array.from({ length: layer.layers }, (_, l) => heldBytes({ cell: cellOf(layer, l), units: layer.units }, held))
    : [])));

/** Whether there are recurrent weights, and those of every layer fit a workgroup's memory. */
export function holds(
  adapter: Pick<AdapterDescription, 'software' | 'workgroupMemory'>, model: Model, held: Held,
): boolean {
  const bytes = largestHeld(model, held);
  return bytes > 0 && bytes <= (adapter.workgroupMemory ?? LEAST_WORKGROUP_MEMORY);
}

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
