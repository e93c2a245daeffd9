import type { Device } from '../gpu/device.js';
import { DRIVERS, type Driver } from '../kernels/recurrence.js';
import { checkOneOf } from '../model/check.js';
import type { Model } from '../model/description.js';
import { checkNetworkOptions, type Network, type NetworkOptions } from '../model/network.js';
import { chooseStrategy } from '../schedule/tiles.js';
import { GpuNetwork } from './gpu-network.js';

/** How cells are carried through time on the GPU; chosen for the adapter where not given. */
export interface GpuNetworkOptions extends NetworkOptions { readonly driver?: Driver }

/**
 * A network on the GPU for sequences of one's own: outputs, states and all gradients.
 * @throws RangeError where an option is out of range, or the driver cannot carry a cell of the model.
 */
export async function createNetwork(
  device: Device, model: Model, options: GpuNetworkOptions,
): Promise<Network<Float32Array>> {
  const { driver } = options;
  if (driver !== undefined) checkOneOf('driver', driver, DRIVERS);
  const { timeSteps, batch, seed } = checkNetworkOptions(options);
  const strategy = chooseStrategy(device.adapter, { model, timeSteps, batch }, driver);
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
