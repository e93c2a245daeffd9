import type { Kernel } from './kernel.js';
import { backward, type BackwardShape } from './recurrence-backward.js';

/** Typed face of `shaders/recurrence/initial_backward.wgsl`: ∂L/∂(initial states), after the last step back. */
export const initialBackward = (shape: BackwardShape): Kernel =>
  backward({ file: 'recurrence/initial_backward.wgsl', pace: 'none' }, shape, 0);
