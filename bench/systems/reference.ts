import { createReferenceNetwork, createReferenceTrainer } from '../../src/index.js';
import type { System } from '../system.js';
import { modelOf, train } from './engine.js';

/** Latch's float64 reference: plain loops on one CPU thread. */
export const system: System = {
  name: 'reference',
  backend: 'cpu',
  create: (problem) => train(problem, createReferenceTrainer),
  async infer(problem) {
    const network = await createReferenceNetwork(modelOf(problem), { timeSteps: 1, batch: 1 });
    const { inferWith } = await import('./inference.js');
    return inferWith(problem, network, createReferenceTrainer);
  },
};
