import type { Setup } from './task.js';

/**
 * The set-up that a reader would try first on the tasks that cells are compared on today: an LSTM with PyTorch's
 * initial values, Adam at .001, batches of 32, gradients clipped to norm 1.
 */
export function fieldSetup(units: number, limit: number): Setup {
  return {
    cell: 'lstm',
    units,
    output: { bias: true },
    initial: {},
    optimizer: { kind: 'adam', rate: 1e-3 },
    batch: 32,
    clip: { norm: 1 },
    limit,
  };
}
