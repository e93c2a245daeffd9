import type { Kernel } from './kernel.js';
import { forward, type RecurrenceShape } from './recurrence.js';

/** Typed face of `shaders/recurrence/step.wgsl`: one phase of one time step forward. */
export const step = (shape: RecurrenceShape, phase = 0): Kernel =>
  forward({ file: 'recurrence/step.wgsl', pace: 'step' }, shape, phase);
