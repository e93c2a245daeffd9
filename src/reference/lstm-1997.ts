/**
 * The LSTM of 1997, one time step (Hochreiter & Schmidhuber 1997, appendix A.1). Mirrors
 * `shaders/cells/lstm_1997.wgsl`. A unit is a memory-cell block; its cells j share the gates:
 *
 *     i = σ(z_i)   o = σ(z_o)   s_j = σ(z_j)   g_j = 4·s_j − 2
 *     c_j = c_j,t−1 + i·g_j     q_j = σ(c_j)   h_j = o·(2·q_j − 1)
 *
 * i, o and all h_j are states that the gates of the next time step see. Backward:
 *
 *     δc_j += δh_j·o·2·q_j·(1 − q_j)       δz_j = δc_j·i·4·s_j·(1 − s_j)       δc_j,t−1 = δc_j
 *     δi += Σ_j δc_j·g_j                   δz_i = δi·i·(1 − i)
 *     δo += Σ_j δh_j·(2·q_j − 1)           δz_o = δo·o·(1 − o)
 *
 * With the truncated gradient the recurrence leaves the way from z to the states before out.
 * gates [B, H, lanes] in the order i, o, s_0, s_1, …; states [B, pad4(H)]: h_0, h_1, …, i, o, c_0, c_1, ….
 */
import { pad4 } from '../model/layout.js';
import { sigmoid } from './activations.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';

export function lstm1997Forward({ cell, batch, units, gates, previous, next }: Step): void {
  const size = cell.switches['SIZE'] as number;
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const z = (b * units + u) * cell.lanes;
      const s = b * pitch + u;
      const i = sigmoid(gates[z]);
      const o = sigmoid(gates[z + 1]);
      gates[z] = i;
      gates[z + 1] = o;
      next[size][s] = i;
      next[size + 1][s] = o;
      for (let j = 0; j < size; j++) {
        const sj = sigmoid(gates[z + 2 + j]);
        const c = previous[size + 2 + j][s] + i * (4 * sj - 2);
        gates[z + 2 + j] = sj;
        next[size + 2 + j][s] = c;
        next[j][s] = o * (2 * sigmoid(c) - 1);
      }
    }
  }
}

export function lstm1997Backward({ cell, batch, units, gates, previous, gradients }: BackwardStep): void {
  const size = cell.switches['SIZE'] as number;
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const z = (b * units + u) * cell.lanes;
      const s = b * pitch + u;
      const i = gates[z];
      const o = gates[z + 1];
      let di = gradients[size][s];
      let dO = gradients[size + 1][s];
      for (let j = 0; j < size; j++) {
        const sj = gates[z + 2 + j];
        const g = 4 * sj - 2;
        const q = sigmoid(previous[size + 2 + j][s] + i * g);
        const dh = gradients[j][s];
        const dc = gradients[size + 2 + j][s] + dh * o * 2 * q * (1 - q);
        di += dc * g;
        dO += dh * (2 * q - 1);
        gates[z + 2 + j] = dc * i * 4 * sj * (1 - sj);
        gradients[j][s] = 0;
        gradients[size + 2 + j][s] = dc;
      }
      gates[z] = di * i * (1 - i);
      gates[z + 1] = dO * o * (1 - o);
      gradients[size][s] = 0;
      gradients[size + 1][s] = 0;
    }
  }
}

export const lstm1997Arithmetic: CellArithmetic = { forward: [lstm1997Forward], backward: [lstm1997Backward] };
