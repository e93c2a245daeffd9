import type { Kernel } from './kernel.js';
import { BACKWARD, recurrence, type RecurrenceShape } from './recurrence.js';

/** Typed face of `shaders/recurrence/sequence_backward.wgsl`: all time steps back. */
export const sequenceBackward = (shape: RecurrenceShape): Kernel =>
  recurrence('recurrence/sequence_backward.wgsl', shape, BACKWARD);
