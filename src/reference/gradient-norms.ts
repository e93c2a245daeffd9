/**
 * How much gradient reaches each time, by its distance from a row's end. Mirrors `shaders/probe/gradient_norms.wgsl`.
 *
 *     norms[lag] = Σ_b ‖∂L/∂h at `lag` steps before the last one of row b‖²
 *
 * gradient [T, B, pad4(units)]; norms [T]. A row that has no such lag adds nothing. In reverse the last step is the one
 * at time 0.
 */
import { pad4 } from '../model/layout.js';

export function gradientNorms(
  { timeSteps, batch, units, lengths, reverse = false }: {
    timeSteps: number; batch: number; units: number; lengths?: ArrayLike<number>; reverse?: boolean;
  },
  gradient: Float64Array,
): Float64Array {
  const pitch = pad4(units);
  const norms = new Float64Array(timeSteps);
  for (let lag = 0; lag < timeSteps; lag++) {
    for (let b = 0; b < batch; b++) {
      const length = lengths?.[b] ?? timeSteps;
      if (lag >= length) continue;
      const row = ((reverse ? lag : length - 1 - lag) * batch + b) * pitch;
      for (let i = row; i < row + pitch; i++) norms[lag] += gradient[i] ** 2;
    }
  }
  return norms;
}
