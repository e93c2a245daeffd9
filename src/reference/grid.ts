/**
 * The Grid LSTM over time and depth, one time step (Kalchbrenner et al. 2015, section 3.2). Mirrors
 * `shaders/cells/grid.wgsl`. Two LSTMs (see `lstm.ts`) that see the same x and h_{t−1}, each with its own cell state:
 *
 *     time    c = f·c_{t−1} + i·g        h = o·tanh(c)
 *     depth   c↑ = f↑·c⁻ + i↑·g↑         h↑ = o↑·tanh(c↑)       c⁻ the depth cell of the layer below, at the same time
 *
 * gates [B, H, 8]: the time's i, f, g, o, then the depth's; states h, c, h↑, c↑ and c⁻ [B, pad4(H)].
 */
import { pad4 } from '../model/layout.js';
import { sigmoid, tanh } from './activations.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';

/** The LSTM whose four gates start at lane `first`: from cell `before` to `hidden` and `cell`. */
function moveForward(
  { batch, units, gates }: Step, first: number, before: Float64Array, hidden: Float64Array, cell: Float64Array,
): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const z = (b * units + u) * 8 + first;
      const s = b * pitch + u;
      const i = sigmoid(gates[z]);
      const f = sigmoid(gates[z + 1]);
      const g = tanh(gates[z + 2]);
      const o = sigmoid(gates[z + 3]);
      const c = f * before[s] + i * g;
      gates[z] = i;
      gates[z + 1] = f;
      gates[z + 2] = g;
      gates[z + 3] = o;
      cell[s] = c;
      hidden[s] = o * tanh(c);
    }
  }
}

/** Back through it: δh and δc are read and set to zero, δ`before` is written last (it may be δc itself). */
function moveBackward(
  { batch, units, gates }: Step, first: number, before: Float64Array, hiddenGradient: Float64Array,
  cellGradient: Float64Array, beforeGradient: Float64Array,
): void {
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const z = (b * units + u) * 8 + first;
      const s = b * pitch + u;
      const i = gates[z];
      const f = gates[z + 1];
      const g = gates[z + 2];
      const o = gates[z + 3];
      const tanhC = tanh(f * before[s] + i * g);
      const dh = hiddenGradient[s];
      const dc = cellGradient[s] + dh * o * (1 - tanhC * tanhC);
      gates[z] = dc * g * i * (1 - i);
      gates[z + 1] = dc * before[s] * f * (1 - f);
      gates[z + 2] = dc * i * (1 - g * g);
      gates[z + 3] = dh * tanhC * o * (1 - o);
      hiddenGradient[s] = 0;
      cellGradient[s] = 0;
      beforeGradient[s] = dc * f;
    }
  }
}

export function gridForward(step: Step): void {
  const { previous: [, previousCell], next: [hidden, cell, depthHidden, depthCell], below } = step;
  moveForward(step, 0, previousCell, hidden, cell);
  moveForward(step, 4, below, depthHidden, depthCell);
}

export function gridBackward(step: BackwardStep): void {
  const { previous: [, previousCell], gradients, below, belowGradient } = step;
  const [hiddenGradient, cellGradient, depthHiddenGradient, depthCellGradient] = gradients;
  moveBackward(step, 0, previousCell, hiddenGradient, cellGradient, cellGradient);
  moveBackward(step, 4, below, depthHiddenGradient, depthCellGradient, belowGradient);
}

export const gridArithmetic: CellArithmetic = { forward: [gridForward], backward: [gridBackward] };
