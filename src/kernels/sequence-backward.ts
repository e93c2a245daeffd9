import type { Kernel } from './kernel.js';
import { backward, type BackwardShape } from './recurrence-backward.js';

/** Typed face of `shaders/recurrence/sequence_backward.wgsl`: all time steps back. */
export const sequenceBackward = (shape: BackwardShape): Kernel => backward('recurrence/sequence_backward.wgsl', shape);
