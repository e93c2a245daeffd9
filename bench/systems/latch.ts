import { createTrainer, type Driver, openDevice } from '../../src/index.js';
import type { System } from '../system.js';
import { train } from './engine.js';

/** Latch on the GPU; with the driver that it chooses for the adapter where none is given. */
export function latch(driver?: Driver, trials = 1): System {
  const chosen = driver ? { driver } : {};
  return {
    name: 'latch',
    backend: 'webgpu',
    async create(problem) {
      const device = await openDevice();
      const training = await train(problem, (model, options) =>
        createTrainer(device, model, { ...options, ...chosen, trials }));
      return { ...training, dispose: () => device.destroy() };
    },
    infer: async (problem) => (await import('./latch-inference.js')).latchInference(problem, chosen),
  };
}
