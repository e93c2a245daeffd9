/**
 * The LSTM, one time step (Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000).
 * Mirrors `shaders/cells/lstm.wgsl`.
 *
 *     i = σ(z_i)   f = σ(z_f)   g = tanh(z_g)   o = σ(z_o)
 *     c = f·c_{t−1} + i·g       h = o·tanh(c)
 *
 * Backward, with δx = ∂loss/∂x:
 *
 *     δc += δh·o·(1 − tanh²c)                        δc_{t−1} = δc·f
 *     δz_i = δc·g·i·(1 − i)      δz_f = δc·c_{t−1}·f·(1 − f)
 *     δz_g = δc·i·(1 − g²)       δz_o = δh·tanh(c)·o·(1 − o)
 *
 * gates [B, H, lanes], of which four in the order i, f, g, o are the LSTM's; hidden, cell [B, pad4(H)], pads zero.
 */
import { pad4 } from '../model/layout.js';
import { sigmoid, tanh } from './activations.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';

/** `gates`, from lane `first` on: in z, out i, f, g, o. Writes hidden and cell of `next`. */
export function lstmForward(
  { cell: { lanes }, batch, units, gates, previous: [, previousCell], next: [hidden, cell] }: Step, first = 0,
): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const z = (b * units + u) * lanes + first;
      const s = b * pitch + u;
      const i = sigmoid(gates[z]);
      const f = sigmoid(gates[z + 1]);
      const g = tanh(gates[z + 2]);
      const o = sigmoid(gates[z + 3]);
      const c = f * previousCell[s] + i * g;
      gates[z] = i;
      gates[z + 1] = f;
      gates[z + 2] = g;
      gates[z + 3] = o;
      cell[s] = c;
      hidden[s] = o * tanh(c);
    }
  }
}

/**
 * `gates`, from lane `first` on: in i, f, g, o, out δz. Gradients: in δh and the δc that comes from the step after; out
 * δc_{t−1}, and zero for the hidden state, which h_{t−1} reaches through R alone.
 */
export function lstmBackward(
  { cell: { lanes }, batch, units, gates, previous: [, previousCell], gradients }: BackwardStep, first = 0,
): void {
  const [hiddenGradient, cellGradient] = gradients;
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const z = (b * units + u) * lanes + first;
      const s = b * pitch + u;
      const i = gates[z];
      const f = gates[z + 1];
      const g = gates[z + 2];
      const o = gates[z + 3];
      const tanhC = tanh(f * previousCell[s] + i * g);
      const dh = hiddenGradient[s];
      const dc = cellGradient[s] + dh * o * (1 - tanhC * tanhC);
      gates[z] = dc * g * i * (1 - i);
      gates[z + 1] = dc * previousCell[s] * f * (1 - f);
      gates[z + 2] = dc * i * (1 - g * g);
      gates[z + 3] = dh * tanhC * o * (1 - o);
      cellGradient[s] = dc * f;
      hiddenGradient[s] = 0;
    }
  }
}

export const lstmArithmetic: CellArithmetic = { forward: [lstmForward], backward: [lstmBackward] };
