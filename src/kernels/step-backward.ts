import type { Kernel } from './kernel.js';
import { backward, type BackwardShape } from './recurrence-backward.js';

/** Typed face of `shaders/recurrence/step_backward.wgsl`: one phase of one time step back. */
export const stepBackward = (shape: BackwardShape, phase = 0): Kernel =>
  backward({ file: 'recurrence/step_backward.wgsl', pace: 'step' }, shape, phase);
