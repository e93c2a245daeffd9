/**
 * The clockwork RNN, one time step (Koutník et al. 2014, equations 1 to 4). Mirrors `shaders/cells/clockwork.wgsl`.
 *
 *     h = tanh(z) where t mod 2^(g−1) = 0, g the unit's module, else h = h_{t−1}
 *     δz = δh·(1 − h²),  δh_{t−1} = 0              else δz = 0,  δh_{t−1} = δh
 *
 * R has zeros where a unit would hear a faster one (`isTrained`). gates [B, pad4(H)]: in z, out tanh(z); hidden
 * [B, pad4(H)].
 */
import { moduleOf, pad4 } from '../model/layout.js';
import { tanh } from './activations.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';

/** Whether unit `u` moves in this time step. */
function moves({ cell, units, time }: Step, u: number): boolean {
  return time % 2 ** moduleOf(u, units, cell.switches['MODULES'] as number) === 0;
}

export function clockworkForward(step: Step): void {
  const { batch, units, gates, previous: [previousHidden], next: [hidden] } = step;
  const pitch = pad4(units);
  for (let u = 0; u < units; u++) {
    const moving = moves(step, u);
    for (let b = 0; b < batch; b++) {
      const s = b * pitch + u;
      gates[s] = tanh(gates[s]);
      hidden[s] = moving ? gates[s] : previousHidden[s];
    }
  }
}

export function clockworkBackward(step: BackwardStep): void {
  const { batch, units, gates, gradients: [hiddenGradient] } = step;
  const pitch = pad4(units);
  for (let u = 0; u < units; u++) {
    const moving = moves(step, u);
    for (let b = 0; b < batch; b++) {
      const s = b * pitch + u;
      gates[s] = moving ? hiddenGradient[s] * (1 - gates[s] * gates[s]) : 0;
      if (moving) hiddenGradient[s] = 0;
    }
  }
}

export const clockworkArithmetic: CellArithmetic = { forward: [clockworkForward], backward: [clockworkBackward] };
