/**
 * The layer-normalised LSTM, one time step (Ba, Kiros & Hinton 2016, equations 20 to 22). Mirrors
 * `shaders/cells/lstm_normed.wgsl`. LN is the norm of a row (`row-norm.ts`); `gates` come with LN(W·x)·γ_ih + b.
 *
 *     z = gates + γ_hh·LN(R·h_{t−1})        over all 4·H gates
 *     the LSTM (see `lstm.ts`), with h = o·tanh(v),  v = γ_c·LN(c) + β_c        over all H cells
 *
 * Backward, row by row, with ⇐ the way back through LN:
 *
 *     δv = δh·o·(1 − tanh²v)     δγ_c += δv·LN(c)     δβ_c += δv     δc += ⇐ (δv·γ_c)
 *     δz as the LSTM's           δγ_hh += δz·LN(R·h_{t−1})           δ(R·h_{t−1}) = ⇐ (δz·γ_hh)
 *
 * gates, sums [B, H, 4] in the order i, f, g, o; hidden, cell [B, pad4(H)]; own [H, 8]: γ_hh of four gates, γ_c, β_c.
 */
import { pad4 } from '../model/layout.js';
import { sigmoid, tanh } from './activations.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';
import { normalizeRow, normalizeRowBackward } from './row-norm.js';

export function lstmNormedForward(
  { batch, units, gates, sums: [sums], own, previous: [, previousCell], next: [hidden, cell] }: Step,
): void {
  const wide = units * 4;
  const recurrent = new Float64Array(wide);
  const normal = new Float64Array(units);
  for (let b = 0; b < batch; b++) {
    const row = b * pad4(units);
    normalizeRow(sums, b * wide, recurrent, 0, wide);
    for (let u = 0; u < units; u++) {
      const z = b * wide + u * 4;
      const z0 = u * 4;
      const p = u * 8;
      gates[z] = sigmoid(gates[z] + own[p] * recurrent[z0]);
      gates[z + 1] = sigmoid(gates[z + 1] + own[p + 1] * recurrent[z0 + 1]);
      gates[z + 2] = tanh(gates[z + 2] + own[p + 2] * recurrent[z0 + 2]);
      gates[z + 3] = sigmoid(gates[z + 3] + own[p + 3] * recurrent[z0 + 3]);
      cell[row + u] = gates[z + 1] * previousCell[row + u] + gates[z] * gates[z + 2];
    }
    normalizeRow(cell, row, normal, 0, units);
    for (let u = 0; u < units; u++) {
      hidden[row + u] = gates[b * wide + u * 4 + 3] * tanh(own[u * 8 + 4] * normal[u] + own[u * 8 + 5]);
    }
  }
}

export function lstmNormedBackward(step: BackwardStep): void {
  const { batch, units, gates, sums: [sums], own, ownGradient, previous: [, previousCell], gradients } = step;
  const [hiddenGradient, cellGradient] = gradients;
  const wide = units * 4;
  const recurrent = new Float64Array(wide);
  const normal = new Float64Array(units);
  const normalGradient = new Float64Array(units);
  for (let b = 0; b < batch; b++) {
    const row = b * pad4(units);
    const k = normalizeCell(step, b, normal);
    for (let u = 0; u < units; u++) {
      const z = b * wide + u * 4;
      const p = u * 8;
      const o = gates[z + 3];
      const y = tanh(own[p + 4] * normal[u] + own[p + 5]);
      const dv = hiddenGradient[row + u] * o * (1 - y * y);
      ownGradient[p + 4] += dv * normal[u];
      ownGradient[p + 5] += dv;
      normalGradient[u] = dv * own[p + 4];
      gates[z + 3] = hiddenGradient[row + u] * y * o * (1 - o);
      hiddenGradient[row + u] = 0;
    }
    normalizeRowBackward(normal, 0, normalGradient, 0, units, k);
    for (let u = 0; u < units; u++) {
      const z = b * wide + u * 4;
      const [i, f, g] = [gates[z], gates[z + 1], gates[z + 2]];
      const dc = cellGradient[row + u] + normalGradient[u];
      gates[z] = dc * g * i * (1 - i);
      gates[z + 1] = dc * previousCell[row + u] * f * (1 - f);
      gates[z + 2] = dc * i * (1 - g * g);
      cellGradient[row + u] = dc * f;
    }
    const scale = normalizeRow(sums, b * wide, recurrent, 0, wide);
    for (let e = 0; e < wide; e++) {
      const p = (e >> 2) * 8 + (e & 3);
      const dz = gates[b * wide + e];
      ownGradient[p] += dz * recurrent[e];
      sums[b * wide + e] = dz * own[p];
    }
    normalizeRowBackward(recurrent, 0, sums, b * wide, wide, scale);
  }
}

/** LN(c) of row `b`, from the gates: zoneout may have changed the state. @returns its scale */
function normalizeCell({ units, gates, previous: [, previousCell] }: Step, b: number, out: Float64Array): number {
  for (let u = 0; u < units; u++) {
    const z = (b * units + u) * 4;
    out[u] = gates[z + 1] * previousCell[b * pad4(units) + u] + gates[z] * gates[z + 2];
  }
  return normalizeRow(out, 0, out, 0, units);
}

export const lstmNormedArithmetic: CellArithmetic = { forward: [lstmNormedForward], backward: [lstmNormedBackward] };
