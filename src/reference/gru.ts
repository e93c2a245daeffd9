/**
 * The gated recurrent unit with its reset after the product, one time step (Cho et al. 2014; PyTorch, cuDNN).
 * Mirrors `shaders/cells/gru.wgsl`.
 *
 *     r = σ(z_r)   u = σ(z_u)   n = tanh(z_n + r·m)       h = (1 − u)·n + u·h_{t−1}
 *
 * z_n is the input's part of n, m = R_n·h_{t−1} + b_hn the hidden state's. Backward:
 *
 *     δz_n = δh·(1 − u)·(1 − n²)      δm = δz_n·r                 δh_{t−1} = δh·u
 *     δz_r = δz_n·m·r·(1 − r)         δz_u = δh·(h_{t−1} − n)·u·(1 − u)
 *
 * gates [B, H, 4]: in z_r, z_u, z_n, m, out r, u, n, m; hidden [B, pad4(H)].
 */
import { pad4 } from '../model/layout.js';
import { sigmoid, tanh } from './activations.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';

export function gruForward({ batch, units, gates, previous: [previousHidden], next: [hidden] }: Step): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let unit = 0; unit < units; unit++) {
      const z = (b * units + unit) * 4;
      const s = b * pitch + unit;
      const r = sigmoid(gates[z]);
      const u = sigmoid(gates[z + 1]);
      const n = tanh(gates[z + 2] + r * gates[z + 3]);
      gates[z] = r;
      gates[z + 1] = u;
      gates[z + 2] = n;
      hidden[s] = (1 - u) * n + u * previousHidden[s];
    }
  }
}

export function gruBackward(
  { batch, units, gates, previous: [previousHidden], gradients: [hiddenGradient] }: BackwardStep,
): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let unit = 0; unit < units; unit++) {
      const z = (b * units + unit) * 4;
      const s = b * pitch + unit;
      const r = gates[z];
      const u = gates[z + 1];
      const n = gates[z + 2];
      const m = gates[z + 3];
      const dh = hiddenGradient[s];
      const dn = dh * (1 - u) * (1 - n * n);
      gates[z] = dn * m * r * (1 - r);
      gates[z + 1] = dh * (previousHidden[s] - n) * u * (1 - u);
      gates[z + 2] = dn;
      gates[z + 3] = dn * r;
      hiddenGradient[s] = dh * u;
    }
  }
}

export const gruArithmetic: CellArithmetic = { forward: [gruForward], backward: [gruBackward] };
