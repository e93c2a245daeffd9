import type { Kernel } from './kernel.js';
import { forward, type RecurrenceShape, type Stack } from './recurrence.js';

/** A shape whose layers advance together. */
export type Stacked<Shape extends RecurrenceShape> = Shape & { readonly stack: Stack };

/** Dispatches of a wavefront over all layers and time steps. */
export const diagonals = ({ timeSteps, stack }: Stacked<RecurrenceShape>): number => timeSteps + stack.layers - 1;

/** Typed face of `shaders/recurrence/wavefront.wgsl`: diagonal `time`, each layer a time step after the one below. */
export const wavefront = (shape: Stacked<RecurrenceShape>, time: number): Kernel =>
  ofDiagonal(forward({ file: 'recurrence/wavefront.wgsl', pace: 'step' }, shape, 0), shape, time);

/**
 * The kernel, which is the same for all diagonals, with the cost of this one: the first and the last have fewer layers,
 * and the layer that goes first has one product, all others two.
 */
export function ofDiagonal(
  kernel: Kernel, { cell, timeSteps, batch, units, trials, stack }: Stacked<RecurrenceShape>, time: number,
): Kernel {
  const layers = Math.min(time, stack.layers - 1) - Math.max(0, time - timeSteps + 1) + 1;
  const more = layers - (time < timeSteps ? 1 : 0);
  const weights = units * units * cell.lanes;
  const { bytes, flops } = kernel.cost;
  return {
    ...kernel,
    cost: {
      bytes: layers * bytes + 4 * trials * more * weights, flops: layers * flops + 2 * trials * batch * more * weights,
    },
  };
}
