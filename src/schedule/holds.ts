import type { AdapterDescription } from '../gpu/device.js';
import type { Held } from '../kernels/held.js';
import { heldBytes } from '../kernels/recurrence.js';
import type { Model } from '../model/description.js';
import { cellOf } from '../model/recurrent.js';

/** What any WebGPU adapter gives a workgroup. */
export const LEAST_WORKGROUP_MEMORY = 16_384;

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
