import type { Kernel } from './kernel.js';
import { forward, type RecurrenceShape } from './recurrence.js';

/** Typed face of `shaders/recurrence/sequence.wgsl`: `steps` time steps forward a dispatch, all where not given. */
export const sequence = (shape: RecurrenceShape, steps = shape.timeSteps): Kernel =>
  inStretches(forward({ file: 'recurrence/sequence.wgsl', pace: 'sequence' }, shape), shape, steps);

/**
 * A driver of all time steps cut to `steps` a dispatch. The dispatch's time index is its first step, counted in the
 * order in which the driver goes, so that one pipeline serves all stretches; the last one ends with the window.
 */
export function inStretches(kernel: Kernel, { timeSteps }: RecurrenceShape, steps: number): Kernel {
  const { bytes, flops } = kernel.cost;
  const share = steps / timeSteps;
  return {
    ...kernel, timed: true, defines: { ...kernel.defines, STEPS: steps },
    cost: { bytes: share * bytes, flops: share * flops },
  };
}
