import type { Clip } from '../model/optimizers.js';

/**
 * Gradient clipping in place. Mirrors `shaders/update.wgsl`.
 *
 *     g ← g·norm/‖g‖ if ‖g‖ > norm        Pascanu, Mikolov & Bengio 2013, algorithm 1
 *     g ← min(max(g, −value), value)
 *
 * `gradientNorm` is ‖g‖ over all parameters, before clipping.
 */
export function clipGradient(gradient: Float64Array, gradientNorm: number, { norm, value }: Clip): void {
  if (norm !== undefined && gradientNorm > norm) {
    const scale = norm / gradientNorm;
    for (let e = 0; e < gradient.length; e++) gradient[e] *= scale;
  }
  if (value !== undefined) {
    for (let e = 0; e < gradient.length; e++) gradient[e] = Math.min(Math.max(gradient[e], -value), value);
  }
}
