import { createReferenceTrainer } from '../../src/index.js';
import type { System } from '../system.js';
import { train } from './engine.js';

/** Latch's float64 reference: plain loops on one CPU thread. */
export const system: System = {
  name: 'reference',
  backend: 'cpu',
  create: (problem) => train(problem, createReferenceTrainer),
};
