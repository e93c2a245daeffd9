import { createTrainer, openDevice } from '../../src/index.js';
import type { System } from '../system.js';
import { train } from './engine.js';

/** Latch on the GPU, with the driver it chooses for the adapter. */
export const system: System = {
  name: 'latch',
  backend: 'webgpu',
  async create(problem) {
    const device = await openDevice();
    const training = await train(problem, (model, options) => createTrainer(device, model, options));
    return { ...training, dispose: () => device.destroy() };
  },
};
