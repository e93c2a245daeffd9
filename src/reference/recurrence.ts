/**
 * Carries a cell through time. Mirrors `shaders/recurrence/step.wgsl`, `sequence.wgsl` and their `_backward` files.
 *
 *     forward   z_t += h_{t−1}·R, then the cell, for t = 0 … T−1
 *     backward  the cell at δh_t = δoutput_t + δz_{t+1}·Rᵀ, for t = T−1 … 0
 *
 * gates      [T, B, H, lanes]: Z = X·W + b, then the activated gates, then δZ, all in one place
 * R          [H, H·lanes]
 * histories  one array a state, hidden first: [T+1, B, pad4(H)]; slot 0 is the state before the first step
 */
import type { Cell } from '../cells/index.js';
import { pad4 } from '../model/layout.js';
import { lstmPointwise } from './lstm.js';
import { matmul, type MatmulShape } from './matmul.js';
import type { PointwiseCell, States } from './pointwise.js';

/** Pointwise parts by `Cell.name`. Adding a cell adds a row here. */
const pointwise: Readonly<Record<string, PointwiseCell>> = { lstm: lstmPointwise };

export interface RecurrenceShape {
  readonly cell: Cell;
  readonly timeSteps: number;
  readonly batch: number;
  readonly units: number;
}

/** Views of one time step of everything, and how its matmul lies. */
function stepper(shape: RecurrenceShape, gates: Float64Array, histories: States) {
  const { cell, batch, units } = shape;
  const gateSize = batch * pad4(units * cell.lanes);
  const stateSize = batch * pad4(units);
  const slot = (t: number): Float64Array[] => histories.map((h) => h.subarray(t * stateSize, (t + 1) * stateSize));
  return {
    step: pointwise[cell.name],
    stateSize,
    at: (t: number) => ({
      z: gates.subarray(t * gateSize, (t + 1) * gateSize),
      previous: slot(t),
      next: slot(t + 1),
    }),
  };
}

/** Fills slots 1 … T of the histories; `gates` Z → activated. */
export function recurrenceForward(
  shape: RecurrenceShape, gates: Float64Array, weights: Float64Array, histories: States,
): void {
  const { cell, timeSteps, batch, units } = shape;
  const wide = units * cell.lanes;
  const product: MatmulShape = {
    rows: batch, columns: wide, inner: units, pitchA: pad4(units), pitchB: pad4(wide), pitchC: pad4(wide),
    accumulate: true,
  };
  const { step, at } = stepper(shape, gates, histories);
  for (let t = 0; t < timeSteps; t++) {
    const { z, previous, next } = at(t);
    matmul(previous[0], weights, z, product);
    step.forward(shape, z, previous, next);
  }
}

/**
 * `gates` activated → δZ. `outputGradient` [T, B, pad4(H)] is ∂loss/∂h_t from above; nothing flows in from later
 * windows (truncated backpropagation through time, Williams & Peng 1990).
 * @returns ∂loss/∂(state before the first step), one array [B, pad4(H)] a state
 */
export function recurrenceBackward(
  shape: RecurrenceShape, gates: Float64Array, weights: Float64Array, histories: States, outputGradient: Float64Array,
): Float64Array[] {
  const { cell, timeSteps, batch, units } = shape;
  const wide = units * cell.lanes;
  const product: MatmulShape = {
    rows: batch, columns: units, inner: wide, pitchA: pad4(wide), pitchB: pad4(wide), pitchC: pad4(units),
    transposeB: true, accumulate: true,
  };
  const { step, stateSize, at } = stepper(shape, gates, histories);
  const gradients = histories.map(() => new Float64Array(stateSize));
  const [hiddenGradient] = gradients;
  for (let t = timeSteps - 1; t >= 0; t--) {
    const { z, previous, next } = at(t);
    for (let s = 0, from = t * stateSize; s < stateSize; s++) hiddenGradient[s] += outputGradient[from + s];
    step.backward(shape, z, previous, next, gradients);
    matmul(z, weights, hiddenGradient, product);
  }
  return gradients;
}
