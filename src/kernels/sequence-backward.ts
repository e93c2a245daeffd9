import type { Kernel } from './kernel.js';
import { backward, type BackwardShape } from './recurrence-backward.js';
import { inStretches } from './sequence.js';

/** Typed face of `shaders/recurrence/sequence_backward.wgsl`: `steps` time steps back a dispatch, else all. */
export const sequenceBackward = (shape: BackwardShape, steps = shape.timeSteps): Kernel =>
  inStretches(backward({ file: 'recurrence/sequence_backward.wgsl', pace: 'sequence' }, shape), shape, steps);
