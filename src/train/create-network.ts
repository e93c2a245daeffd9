import type { Device } from '../gpu/device.js';
import { DRIVERS, type Driver } from '../kernels/recurrence.js';
import { checkOneOf } from '../model/check.js';
import type { Model } from '../model/description.js';
import { type Precision, precisionOf } from '../model/engine.js';
import { checkNetworkOptions, type Network, type NetworkOptions } from '../model/network.js';
import { chooseStrategy } from '../schedule/tiles.js';
import { GpuNetwork } from './gpu-network.js';

export interface GpuNetworkOptions extends NetworkOptions {
  /** How cells are carried through time on the GPU; chosen for the adapter where not given. */
  readonly driver?: Driver;
  /**
   * `f16`: recurrent products multiply with weights as float16 holds them, as a trainer's may; parameters and gradients
   * stay float32. `f32` by default.
   */
  readonly precision?: Precision;
}

/**
 * A network on the GPU for sequences of one's own: outputs, states and all gradients.
 * @throws RangeError where an option is out of range, the driver cannot carry a cell of the model, or the adapter
 * cannot hold its recurrent weights as float16.
 */
export async function createNetwork(
  device: Device, model: Model, options: GpuNetworkOptions,
): Promise<Network<Float32Array>> {
  const { driver } = options;
  if (driver !== undefined) checkOneOf('driver', driver, DRIVERS);
  const { timeSteps, batch, seed } = checkNetworkOptions(options);
  const workload = { model, timeSteps, batch, ...precisionOf(options.precision) };
  const strategy = chooseStrategy(device.adapter, workload, driver);
  return new GpuNetwork(device, model, { timeSteps, batch, seed }, strategy);
}

/**
 * The network in float64 on the CPU: outputs, states and all gradients, slowly and exactly.
 * @throws RangeError where an option is out of range.
 */
export async function createReferenceNetwork(model: Model, options: NetworkOptions): Promise<Network<Float64Array>> {
  // A page that never asks, never loads it.
  const { ReferenceNetwork } = await import('../reference/reference-network.js');
  return new ReferenceNetwork(model, options);
}
