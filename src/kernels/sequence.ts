import type { Kernel } from './kernel.js';
import { forward, type RecurrenceShape } from './recurrence.js';

/** Typed face of `shaders/recurrence/sequence.wgsl`: all time steps forward. */
export const sequence = (shape: RecurrenceShape): Kernel => forward('recurrence/sequence.wgsl', shape);
