import type { Kernel } from './kernel.js';
import { FORWARD, recurrence, type RecurrenceShape } from './recurrence.js';

/** Typed face of `shaders/recurrence/step.wgsl`: one time step forward. */
export const step = (shape: RecurrenceShape): Kernel => recurrence('recurrence/step.wgsl', shape, FORWARD);
