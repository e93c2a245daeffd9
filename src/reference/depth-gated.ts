/**
 * The depth-gated LSTM from its second layer on, one time step (Yao et al. 2015, equations 7 to 9). Mirrors
 * `shaders/cells/depth_gated.wgsl`. c⁻ is the cell state of the layer below at the same time.
 *
 *     i = σ(z_i)   f = σ(z_f)   g = tanh(z_g)   o = σ(z_o)   d = σ(z_d + p₁·c_{t−1} + p₂·c⁻)
 *     c = d·c⁻ + f·c_{t−1} + i·g       h = o·tanh(c)
 *
 * Backward as the LSTM's, and
 *
 *     δz_d = δc·c⁻·d·(1 − d)     δc_{t−1} = δc·f + p₁·δz_d     δc⁻ = δc·d + p₂·δz_d
 *     δp₁ += δz_d·c_{t−1}        δp₂ += δz_d·c⁻
 *
 * gates [B, H, 8], of which five are used: i, f, g, o, d; states [B, pad4(H)]; p [H, 4], of which two are used.
 */
import { pad4 } from '../model/layout.js';
import { sigmoid, tanh } from './activations.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';

export function depthGatedForward(
  { batch, units, gates, own, below, previous: [, previousCell], next: [hidden, cell] }: Step,
): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const z = (b * units + u) * 8;
      const s = b * pitch + u;
      const i = sigmoid(gates[z]);
      const f = sigmoid(gates[z + 1]);
      const g = tanh(gates[z + 2]);
      const o = sigmoid(gates[z + 3]);
      const d = sigmoid(gates[z + 4] + own[u * 4] * previousCell[s] + own[u * 4 + 1] * below[s]);
      const c = d * below[s] + f * previousCell[s] + i * g;
      gates[z] = i;
      gates[z + 1] = f;
      gates[z + 2] = g;
      gates[z + 3] = o;
      gates[z + 4] = d;
      cell[s] = c;
      hidden[s] = o * tanh(c);
    }
  }
}

export function depthGatedBackward(step: BackwardStep): void {
  const { batch, units, gates, own, ownGradient, below, belowGradient, previous: [, previousCell] } = step;
  const [hiddenGradient, cellGradient] = step.gradients;
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const z = (b * units + u) * 8;
      const s = b * pitch + u;
      const i = gates[z];
      const f = gates[z + 1];
      const g = gates[z + 2];
      const o = gates[z + 3];
      const d = gates[z + 4];
      const tanhC = tanh(d * below[s] + f * previousCell[s] + i * g);
      const dh = hiddenGradient[s];
      const dc = cellGradient[s] + dh * o * (1 - tanhC * tanhC);
      const dzd = dc * below[s] * d * (1 - d);
      gates[z] = dc * g * i * (1 - i);
      gates[z + 1] = dc * previousCell[s] * f * (1 - f);
      gates[z + 2] = dc * i * (1 - g * g);
      gates[z + 3] = dh * tanhC * o * (1 - o);
      gates[z + 4] = dzd;
      ownGradient[u * 4] += dzd * previousCell[s];
      ownGradient[u * 4 + 1] += dzd * below[s];
      cellGradient[s] = dc * f + own[u * 4] * dzd;
      belowGradient[s] = dc * d + own[u * 4 + 1] * dzd;
      hiddenGradient[s] = 0;
    }
  }
}

export const depthGatedArithmetic: CellArithmetic = { forward: [depthGatedForward], backward: [depthGatedBackward] };
