import type { OptimizerDescription } from '../model/optimizers.js';
import { adagradUpdate } from './adagrad.js';
import { adamUpdate } from './adam.js';
import { rmspropUpdate } from './rmsprop.js';
import { sgdUpdate } from './sgd.js';

/**
 * Updates `weights` and the optimiser's `states` (in the order of `OPTIMIZER_STATES`) in place, from a clipped
 * gradient. `rate` is this step's learning rate; `step` counts the steps done before.
 */
export function updateParameters(
  optimizer: OptimizerDescription, weights: Float64Array, gradient: Float64Array, states: readonly Float64Array[],
  { rate, step }: { rate: number; step: number },
): void {
  switch (optimizer.kind) {
    case 'sgd': return sgdUpdate(weights, gradient, states[0], rate, optimizer.momentum);
    case 'adam': return adamUpdate(weights, gradient, states[0], states[1], rate, step + 1, optimizer);
    case 'rmsprop': return rmspropUpdate(weights, gradient, states[0], rate, optimizer);
    case 'adagrad': return adagradUpdate(weights, gradient, states[0], rate, optimizer.epsilon);
  }
}
