import type { Kernel } from './kernel.js';
import { BACKWARD, recurrence, type RecurrenceShape } from './recurrence.js';

/** Typed face of `shaders/recurrence/step_backward.wgsl`: one time step back. */
export const stepBackward = (shape: RecurrenceShape): Kernel =>
  recurrence('recurrence/step_backward.wgsl', shape, BACKWARD);
