import type { Kernel } from './kernel.js';
import { backward, type BackwardShape } from './recurrence-backward.js';
import { ofDiagonal, type Stacked } from './wavefront.js';

/** Typed face of `shaders/recurrence/wavefront_backward.wgsl`: diagonal `time`, counted as the way back goes. */
export const wavefrontBackward = (shape: Stacked<BackwardShape>, time: number): Kernel =>
  ofDiagonal(backward({ file: 'recurrence/wavefront_backward.wgsl', pace: 'step' }, shape, 0), shape, time);
