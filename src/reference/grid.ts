/**
 * The Grid LSTM over time and depth, one time step (Kalchbrenner et al. 2015, section 3.2). Mirrors
 * `shaders/cells/grid.wgsl`. Two LSTMs (see `lstm.ts`) that see the same x and h_{t−1}, each with its own cell state:
 *
 *     time    c = f·c_{t−1} + i·g        h = o·tanh(c)
 *     depth   c↑ = f↑·c⁻ + i↑·g↑         h↑ = o↑·tanh(c↑)       c⁻ the depth cell of the layer below, at the same time
 *
 * gates [B, H, 8]: the time's i, f, g, o, then the depth's; states h, c, h↑, c↑ and c⁻ [B, pad4(H)].
 */
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';
import { lstmBackward, lstmForward } from './lstm.js';

/** Lane where the depth's gates begin. */
const DEPTH = 4;

export function gridForward(step: Step): void {
  const { previous, next: [hidden, cell, depthHidden, depthCell], below } = step;
  lstmForward({ ...step, next: [hidden, cell] });
  lstmForward({ ...step, previous: [previous[0], below], next: [depthHidden, depthCell] }, DEPTH);
}

/** What the LSTM along depth passes on goes to the layer below, not to the time before. */
export function gridBackward(step: BackwardStep): void {
  const { previous, gradients, below, belowGradient } = step;
  const [hiddenGradient, cellGradient, depthHiddenGradient, depthCellGradient] = gradients;
  lstmBackward({ ...step, gradients: [hiddenGradient, cellGradient] });
  lstmBackward({
    ...step, previous: [previous[0], below], gradients: [depthHiddenGradient, depthCellGradient],
  }, DEPTH);
  belowGradient.set(depthCellGradient);
  depthCellGradient.fill(0);
}

export const gridArithmetic: CellArithmetic = { forward: [gridForward], backward: [gridBackward] };
