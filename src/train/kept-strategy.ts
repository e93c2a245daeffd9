import type { Device } from '../gpu/device.js';
import type { EngineOptions } from '../model/engine.js';
import { checkHalf, heldHere } from '../schedule/held.js';
import { checkDriver, type Strategy } from '../schedule/tiles.js';
import type { Checkpoint } from './checkpoint.js';

/** The same adapter has other subgroups, or none, with another driver or in another browser. */
const runsHere = ({ adapter }: Device, { matmul, recurrence }: Strategy): boolean =>
  [matmul.subgroup, recurrence.subgroup].every((size) => size === undefined || size === adapter.subgroup);

/**
 * A checkpoint's strategy on an adapter of the same name, which another browser may give less memory. Undefined on
 * another adapter, which has other tiles: there the run goes on, on a curve of its own.
 * @throws RangeError where the strategy cannot carry the model, or the adapter not hold its weights as float16
 */
export function keptStrategy(
  device: Device, { model, precision }: Pick<EngineOptions, 'model' | 'precision'>,
  { strategy, adapter }: Pick<Checkpoint, 'strategy' | 'adapter'>,
): Strategy | undefined {
  if (!strategy || adapter !== device.adapter.name || !runsHere(device, strategy)) return undefined;
  checkDriver(model, strategy.driver);
  if (precision === 'f16') checkHalf(device.adapter, model, strategy.driver);
  return { ...strategy, recurrence: heldHere(device.adapter, model, strategy.recurrence) };
}
