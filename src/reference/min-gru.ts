/**
 * minGRU, one time step (Feng et al. 2024, section 3.1). Mirrors `shaders/cells/min_gru.wgsl`.
 *
 *     u = σ(z_u)      h = (1 − u)·h_{t−1} + u·z_h
 *     δz_u = δh·(z_h − h_{t−1})·u·(1 − u)      δz_h = δh·u      δh_{t−1} = δh·(1 − u)
 *
 * gates [B, pad4(H·2)]: in z_u, z_h, out u, z_h; hidden [B, pad4(H)].
 */
import { pad4 } from '../model/layout.js';
import { sigmoid } from './activations.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';

export function minGruForward({ batch, units, gates, previous: [previousHidden], next: [hidden] }: Step): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let unit = 0; unit < units; unit++) {
      const z = b * pad4(units * 2) + unit * 2;
      const s = b * pitch + unit;
      const u = sigmoid(gates[z]);
      gates[z] = u;
      hidden[s] = (1 - u) * previousHidden[s] + u * gates[z + 1];
    }
  }
}

export function minGruBackward(
  { batch, units, gates, previous: [previousHidden], gradients: [hiddenGradient] }: BackwardStep,
): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let unit = 0; unit < units; unit++) {
      const z = b * pad4(units * 2) + unit * 2;
      const s = b * pitch + unit;
      const u = gates[z];
      const dh = hiddenGradient[s];
      gates[z] = dh * (gates[z + 1] - previousHidden[s]) * u * (1 - u);
      gates[z + 1] = dh * u;
      hiddenGradient[s] = dh * (1 - u);
    }
  }
}

export const minGruArithmetic: CellArithmetic = { forward: [minGruForward], backward: [minGruBackward] };
