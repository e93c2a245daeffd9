/**
 * The simple recurrent network, one time step (Elman 1990). Mirrors `shaders/cells/rnn.wgsl`.
 *
 *     h = φ(z)        δz = δh·φ′(z), where φ′ is a function of h alone
 *
 * gates [B, pad4(H)]: in z, out h; hidden [B, pad4(H)].
 */
import { pad4 } from '../model/layout.js';
import { sigmoid, tanh } from './activations.js';
import type { BackwardStep, CellArithmetic, Step } from './cell-step.js';

/** φ, and its slope where it has the value h. relu has none at zero, as in PyTorch. */
const activations: Readonly<Record<string, { phi: (z: number) => number; slope: (h: number) => number }>> = {
  tanh: { phi: tanh, slope: (h) => 1 - h * h },
  sigmoid: { phi: sigmoid, slope: (h) => h * (1 - h) },
  relu: { phi: (z) => Math.max(0, z), slope: (h) => (h > 0 ? 1 : 0) },
  identity: { phi: (z) => z, slope: () => 1 },
};

export function rnnForward({ cell, batch, units, gates, next: [hidden] }: Step): void {
  const { phi } = activations[cell.switches['ACTIVATION'] as string];
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const s = b * pitch + u;
      gates[s] = phi(gates[s]);
      hidden[s] = gates[s];
    }
  }
}

export function rnnBackward({ cell, batch, units, gates, gradients: [hiddenGradient] }: BackwardStep): void {
  const { slope } = activations[cell.switches['ACTIVATION'] as string];
  const pitch = pad4(units);
  for (let b = 0; b < batch; b++) {
    for (let u = 0; u < units; u++) {
      const s = b * pitch + u;
      gates[s] = hiddenGradient[s] * slope(gates[s]);
      hiddenGradient[s] = 0;
    }
  }
}

export const rnnArithmetic: CellArithmetic = { forward: [rnnForward], backward: [rnnBackward] };
