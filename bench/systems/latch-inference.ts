import { createNetwork, createTrainer, type Driver, openDevice } from '../../src/index.js';
import type { Problem } from '../problem.js';
import type { Inferring } from '../system.js';
import { modelOf } from './engine.js';
import { inferWith } from './inference.js';

/** Latch on the GPU, one time step at a time; apart from training, which pages that only train need not load. */
export async function latchInference(problem: Problem, chosen: { driver?: Driver }): Promise<Inferring> {
  const device = await openDevice();
  const network = await createNetwork(device, modelOf(problem), { timeSteps: 1, batch: 1, ...chosen });
  const inferring = await inferWith(problem, network, (model, options) =>
    createTrainer(device, model, { ...options, ...chosen }));
  return { ...inferring, dispose: () => device.destroy() };
}
