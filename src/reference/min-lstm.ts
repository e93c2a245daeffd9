/**
 * minLSTM, one time step (Feng et al. 2024, section 3.2). Mirrors `shaders/cells/min_lstm.wgsl`.
 *
 *     f = σ(z_f)   i = σ(z_i)   a = f/(f + i)        h = a·h_{t−1} + (1 − a)·z_h
 *
 * a = σ(log f − log i), which stays right where both gates vanish (the paper's appendix B). Backward:
 *
 *     δa = δh·(h_{t−1} − z_h)·a·(1 − a)     δz_f = δa·(1 − f)     δz_i = −δa·(1 − i)
 *     δz_h = δh·(1 − a)                     δh_{t−1} = δh·a
 *
 * gates [B, H, 4]: in z_f, z_i, z_h, out f, i, z_h, a; hidden [B, pad4(H)].
 */
import { pad4 } from '../model/layout.js';
import { sigmoid } from './activations.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';

/** log σ(x) */
const logSigmoid = (x: number): number => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));

export function minLstmForward({ batch, units, gates, previous: [previousHidden], next: [hidden] }: Step): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const z = (b * units + u) * 4;
      const s = b * pitch + u;
      const a = sigmoid(logSigmoid(gates[z]) - logSigmoid(gates[z + 1]));
      gates[z] = sigmoid(gates[z]);
      gates[z + 1] = sigmoid(gates[z + 1]);
      gates[z + 3] = a;
      hidden[s] = a * previousHidden[s] + (1 - a) * gates[z + 2];
    }
  }
}

export function minLstmBackward(
  { batch, units, gates, previous: [previousHidden], gradients: [hiddenGradient] }: BackwardStep,
): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const z = (b * units + u) * 4;
      const s = b * pitch + u;
      const a = gates[z + 3];
      const dh = hiddenGradient[s];
      const da = dh * (previousHidden[s] - gates[z + 2]) * a * (1 - a);
      gates[z] = da * (1 - gates[z]);
      gates[z + 1] = -da * (1 - gates[z + 1]);
      gates[z + 2] = dh * (1 - a);
      gates[z + 3] = 0; // no weight reaches this lane
      hiddenGradient[s] = dh * a;
    }
  }
}

export const minLstmArithmetic: CellArithmetic = { forward: [minLstmForward], backward: [minLstmBackward] };
