import type { Kernel } from './kernel.js';
import { FORWARD, recurrence, type RecurrenceShape } from './recurrence.js';

/** Typed face of `shaders/recurrence/sequence.wgsl`: all time steps forward. */
export const sequence = (shape: RecurrenceShape): Kernel => recurrence('recurrence/sequence.wgsl', shape, FORWARD);
