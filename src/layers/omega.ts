import { omegaScale, omegaSum, omegaTerms } from '../kernels/omega.js';
import { pad4 } from '../model/layout.js';
import type { View } from '../schedule/program.js';
import { inputGradient } from './linear.js';
import { controlWords, type Lowering, type Rows } from './lowering.js';
import { type Pass, sourceRows } from './recurrence.js';

/** Ω of a pass: its value and number of terms, [2] a trial, and what stands for h_{t−1} in dR, [T·B, pad4(H)]. */
export interface LoweredOmega {
  readonly value: View;
  readonly source: Rows;
}

/**
 * Records the regulariser Ω = mean((‖dZ_t·Rᵀ‖² / ‖∂L/∂h_t‖² − 1)²) of Pascanu, Mikolov & Bengio (2013, equations 9 and
 * 10) over all rows and times, and its gradient times `weight`, the immediate one: ∂L/∂h and dZ are held.
 *
 * For the plain RNN, whose state is h alone, that is the paper's Ω. For cells with more, as the LSTM's c, it is an
 * extension: the part of the gradient that goes from h_t to h_{t−1} through the recurrent weights; what goes by the
 * cell state, or a gate's share of h_{t−1}, does not depend on them. See `omegaRefusal` for cells without one.
 * `delta` is ∂L/∂h_t, [T, B, pad4(H)]; gates hold dZ. CPU twin: src/reference/omega.ts
 */
export function lowerOmega(lowering: Lowering, pass: Pass, delta: View, weight: number): LoweredOmega {
  const { builder, timeSteps, batch, trials, strategy, ragged, space } = lowering;
  const { label, shape: { cell, units, reverse }, gates } = pass;
  const product = cell.phases[0]?.products[0];
  if (!product || cell.normed || cell.phases[0]!.lanes !== cell.lanes) {
    throw new Error(`${label} has no Ω: ask omegaRefusal before`);
  }
  const shape = { timeSteps, batch, units, trials };
  const v = inputGradient(lowering, `${label} omega, way back`, pass.parameter(product.name)!, gates);
  const terms = builder.scratch(`${label} omega terms`, 2 * timeSteps * batch);
  builder.dispatch(`${label} omega terms`, omegaTerms({ ...shape, reverse, ragged }), {
    delta, v, terms, ...(ragged ? { control: controlWords(lowering) } : {}),
  });
  const value = builder.persistent(`${space}${label} omega`, 2);
  builder.dispatch(`${label} omega`, omegaSum({ ...shape, lanes: strategy.columnLanes }), { terms, omega: value });
  const before = sourceRows(lowering, pass, 0, product);
  const states = { start: before.offset, stride: before.view.stride };
  builder.dispatch(`${label} omega scale`, omegaScale({ ...shape, weight, states }), {
    states: before.view, terms, omega: value, v,
  });
  return { value, source: { kind: 'rows', view: v, offset: 0, width: units, pitch: pad4(units) } };
}
