/**
 * A bare constant error carousel, one time step (Hochreiter & Schmidhuber 1997, tasks 2a and 2b). Mirrors
 * `shaders/cells/carousel.wgsl`.
 *
 *     i = σ(z_i)   g = σ(z_g)   h = h_{t−1} + i·g
 *     δz_i = δh·i·g·(1 − i)     δz_g = δh·i·g·(1 − g)     δh_{t−1} = δh
 *
 * gates [B, pad4(H·2)]: in z_i, z_g, out i, g; hidden [B, pad4(H)].
 */
import { pad4 } from '../model/layout.js';
import { sigmoid } from './activations.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';

export function carouselForward({ batch, units, gates, previous: [previousHidden], next: [hidden] }: Step): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let unit = 0; unit < units; unit++) {
      const z = b * pad4(units * 2) + unit * 2;
      const s = b * pitch + unit;
      gates[z] = sigmoid(gates[z]);
      gates[z + 1] = sigmoid(gates[z + 1]);
      hidden[s] = previousHidden[s] + gates[z] * gates[z + 1];
    }
  }
}

export function carouselBackward({ batch, units, gates, gradients: [hiddenGradient] }: BackwardStep): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let unit = 0; unit < units; unit++) {
      const z = b * pad4(units * 2) + unit * 2;
      const both = hiddenGradient[b * pitch + unit] * gates[z] * gates[z + 1];
      gates[z] = both * (1 - gates[z]);
      gates[z + 1] = both * (1 - gates[z + 1]);
    }
  }
}

export const carouselArithmetic: CellArithmetic = { forward: [carouselForward], backward: [carouselBackward] };
