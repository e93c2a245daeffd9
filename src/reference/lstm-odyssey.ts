/**
 * The LSTM with peepholes and its variants, one time step (Greff et al. 2015). Mirrors
 * `shaders/cells/lstm_odyssey.wgsl`.
 *
 *     i = σ(z_i + p_i·c_{t−1})   f = σ(z_f + p_f·c_{t−1})   g = tanh(z_g)   o = σ(z_o + p_o·c)
 *     c = f·c_{t−1} + i·g        h = o·y,  y = tanh(c)
 *
 * A gate that is missing is 1; f = 1 − i where they are coupled; g = z_g and y = c without their activations. Backward,
 * with ′ the slope of the activation that is there (0 where the gate is missing):
 *
 *     δo = δh·y                              δz_o = δo·o′
 *     δc += δh·o·y′ + p_o·δz_o               δc_{t−1} = δc·f + p_i·δz_i + p_f·δz_f
 *     δi = δc·g   δf = δc·c_{t−1}            δz_i = δi·i′   δz_f = δf·f′   δz_g = δc·i·g′
 *     δp_i += δz_i·c_{t−1}   δp_f += δz_f·c_{t−1}   δp_o += δz_o·c
 *
 * Coupled, δi −= δf. With full gate recurrence i, f and o are states, whose own gradients join δi, δf and δo.
 * gates [B, H, 4] in the order i, f, g, o; states [B, pad4(H)]; peepholes [H, 4].
 */
import { pad4 } from '../model/layout.js';
import { sigmoid, tanh } from './activations.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';

export function odysseyForward(step: Step): void {
  const { cell: { switches }, batch, units, gates, own, previous: [, previousCell], next } = step;
  const { INPUT_GATE, FORGET_GATE, OUTPUT_GATE, COUPLED, INPUT_TANH, OUTPUT_TANH, RECURRENT_GATES } = switches;
  const [hidden, cell, inputGate, forgetGate, outputGate] = next;
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const z = (b * units + u) * 4;
      const s = b * pitch + u;
      const p = u * 4;
      const c0 = previousCell[s];
      const i = INPUT_GATE ? sigmoid(gates[z] + own[p] * c0) : 1;
      const f = COUPLED ? 1 - i : FORGET_GATE ? sigmoid(gates[z + 1] + own[p + 1] * c0) : 1;
      const g = INPUT_TANH ? tanh(gates[z + 2]) : gates[z + 2];
      const c = f * c0 + i * g;
      const o = OUTPUT_GATE ? sigmoid(gates[z + 3] + own[p + 3] * c) : 1;
      gates[z] = i;
      gates[z + 1] = f;
      gates[z + 2] = g;
      gates[z + 3] = o;
      cell[s] = c;
      hidden[s] = o * (OUTPUT_TANH ? tanh(c) : c);
      if (RECURRENT_GATES) {
        inputGate[s] = i;
        forgetGate[s] = f;
        outputGate[s] = o;
      }
    }
  }
}

export function odysseyBackward(step: BackwardStep): void {
  const { cell: { switches }, batch, units, gates, own, ownGradient, previous: [, previousCell], gradients } = step;
  const { INPUT_GATE, FORGET_GATE, OUTPUT_GATE, COUPLED, INPUT_TANH, OUTPUT_TANH, RECURRENT_GATES } = switches;
  const [hiddenGradient, cellGradient, inputGradient, forgetGradient, outputGradient] = gradients;
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const z = (b * units + u) * 4;
      const s = b * pitch + u;
      const p = u * 4;
      const c0 = previousCell[s];
      const i = gates[z];
      const f = gates[z + 1];
      const g = gates[z + 2];
      const o = gates[z + 3];
      const c = f * c0 + i * g;
      const y = OUTPUT_TANH ? tanh(c) : c;
      const dh = hiddenGradient[s];
      const dzo = OUTPUT_GATE ? (dh * y + (RECURRENT_GATES ? outputGradient[s] : 0)) * o * (1 - o) : 0;
      const dc = cellGradient[s] + dh * o * (OUTPUT_TANH ? 1 - y * y : 1) + own[p + 3] * dzo;
      const df = dc * c0 + (RECURRENT_GATES ? forgetGradient[s] : 0);
      const di = dc * g + (RECURRENT_GATES ? inputGradient[s] : 0) - (COUPLED ? df : 0);
      const dzi = INPUT_GATE ? di * i * (1 - i) : 0;
      const dzf = FORGET_GATE && !COUPLED ? df * f * (1 - f) : 0;
      gates[z] = dzi;
      gates[z + 1] = dzf;
      gates[z + 2] = dc * i * (INPUT_TANH ? 1 - g * g : 1);
      gates[z + 3] = dzo;
      ownGradient[p] += dzi * c0;
      ownGradient[p + 1] += dzf * c0;
      ownGradient[p + 3] += dzo * c;
      cellGradient[s] = dc * f + own[p] * dzi + own[p + 1] * dzf;
      hiddenGradient[s] = 0;
      if (RECURRENT_GATES) inputGradient[s] = forgetGradient[s] = outputGradient[s] = 0;
    }
  }
}

export const odysseyArithmetic: CellArithmetic = { forward: [odysseyForward], backward: [odysseyBackward] };
