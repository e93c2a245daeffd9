/**
 * The LSTM with a recurrent projection, one time step (Sak et al. 2014; PyTorch's `proj_size`). Mirrors
 * `shaders/cells/lstm_projected.wgsl`.
 *
 *     phase 0   the LSTM (see `lstm.ts`), with y = o·tanh(c) in place of h
 *     phase 1   h = W_hr·y
 *
 * Backward: δW_hr and δy come from δh through the product, then the LSTM's own with δy in place of δh.
 * gates [B, H, 4]; cell, y [B, pad4(H)]; hidden [B, pad4(H)], of which P columns are used; sums of phase 1
 * [B, pad4(P)].
 */
import { pad4 } from '../model/layout.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';
import { lstmBackward, lstmForward } from './lstm.js';

const unprojectedForward = (step: Step): void => {
  const [, cell, unprojected] = step.next;
  lstmForward({ ...step, next: [unprojected, cell] });
};

const unprojectedBackward = (step: BackwardStep): void => {
  const [, cellGradient, unprojectedGradient] = step.gradients;
  lstmBackward({ ...step, gradients: [unprojectedGradient, cellGradient] });
};

function projectionForward({ cell, batch, units, sums: [, sums], next: [hidden] }: Step): void {
  const width = cell.projection!;
  for (let b = 0; b < batch; b++) {
    for (let n = 0; n < width; n++) hidden[b * pad4(units) + n] = sums[b * pad4(width) + n];
  }
}

function projectionBackward({ cell, batch, units, sums: [, sums], gradients: [hiddenGradient] }: BackwardStep): void {
  const width = cell.projection!;
  for (let b = 0; b < batch; b++) {
    for (let n = 0; n < width; n++) {
      sums[b * pad4(width) + n] = hiddenGradient[b * pad4(units) + n];
      hiddenGradient[b * pad4(units) + n] = 0;
    }
  }
}

export const lstmProjectedArithmetic: CellArithmetic = {
  forward: [unprojectedForward, projectionForward], backward: [unprojectedBackward, projectionBackward],
};
