/**
 * The gated recurrent unit with its reset before the product, one time step (Cho et al. 2014, equations 5 to 8).
 * Mirrors `shaders/cells/gru_before.wgsl`.
 *
 *     phase 0   r = σ(z_r)   u = σ(z_u)   q = r·h_{t−1}
 *     phase 1   n = tanh(z_n + R_n·q)     h = (1 − u)·n + u·h_{t−1}
 *
 * Backward, last phase first; δq comes from δz_n through R_n:
 *
 *     phase 1   δz_n = δh·(1 − u)·(1 − n²)      δz_u = δh·(h_{t−1} − n)·u·(1 − u)       δh_{t−1} = δh·u
 *     phase 0   δz_r = δq·h_{t−1}·r·(1 − r)     δh_{t−1} += δq·r
 *
 * gates [B, H, 4]: in z_r, z_u, z_n, out r, u, n; hidden, q [B, pad4(H)].
 */
import { pad4 } from '../model/layout.js';
import { sigmoid, tanh } from './activations.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';

function resetForward({ batch, units, gates, previous: [previousHidden], next: [, resetHidden] }: Step): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let unit = 0; unit < units; unit++) {
      const z = (b * units + unit) * 4;
      const s = b * pitch + unit;
      gates[z] = sigmoid(gates[z]);
      gates[z + 1] = sigmoid(gates[z + 1]);
      resetHidden[s] = gates[z] * previousHidden[s];
    }
  }
}

function newForward({ batch, units, gates, sums: [, sums], previous: [previousHidden], next: [hidden] }: Step): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let unit = 0; unit < units; unit++) {
      const z = (b * units + unit) * 4;
      const s = b * pitch + unit;
      const u = gates[z + 1];
      const n = tanh(gates[z + 2] + sums[s]);
      gates[z + 2] = n;
      hidden[s] = (1 - u) * n + u * previousHidden[s];
    }
  }
}

function newBackward(
  { batch, units, gates, sums: [, sums], previous: [previousHidden], gradients: [hiddenGradient] }: BackwardStep,
): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let unit = 0; unit < units; unit++) {
      const z = (b * units + unit) * 4;
      const s = b * pitch + unit;
      const u = gates[z + 1];
      const n = gates[z + 2];
      const dh = hiddenGradient[s];
      gates[z + 1] = dh * (previousHidden[s] - n) * u * (1 - u);
      gates[z + 2] = dh * (1 - u) * (1 - n * n);
      sums[s] = gates[z + 2];
      hiddenGradient[s] = dh * u;
    }
  }
}

function resetBackward(
  { batch, units, gates, previous: [previousHidden], gradients: [hiddenGradient, resetGradient] }: BackwardStep,
): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let unit = 0; unit < units; unit++) {
      const z = (b * units + unit) * 4;
      const s = b * pitch + unit;
      const r = gates[z];
      const dq = resetGradient[s];
      gates[z] = dq * previousHidden[s] * r * (1 - r);
      hiddenGradient[s] += dq * r;
      resetGradient[s] = 0;
    }
  }
}

export const gruBeforeArithmetic: CellArithmetic = {
  forward: [resetForward, newForward], backward: [resetBackward, newBackward],
};
