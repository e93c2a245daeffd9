import type { Kernel } from './kernel.js';
import { backward, type BackwardShape } from './recurrence-backward.js';
import { scanned } from './scan.js';

/** Typed face of `shaders/recurrence/scan_backward.wgsl`: all time steps of such a cell back. */
export const scanBackward = (shape: BackwardShape): Kernel =>
  scanned(backward({ file: 'recurrence/scan_backward.wgsl', pace: 'none' }, shape, 0), shape);
