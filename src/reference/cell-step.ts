/** What a cell gives the recurrence (`recurrence.ts`), and what it sees: one time step, all rows and units of it. */
import type { Cell } from '../cells/index.js';

/** States of one time in the order of `Cell.states`, each [B, pad4(H)]. */
export type States = readonly Float64Array[];

export interface Step {
  readonly cell: Cell;
  readonly batch: number;
  readonly units: number;
  /** Absolute position of this time step in its sequence. */
  readonly time: number;
  /** [B, pad4(H·lanes)]; lane l of unit u is at u·lanes + l of its row. */
  readonly gates: Float64Array;
  /**
   * Sums of the phases' products, [B, pad4(H·lanes of the phase)] each. Those of phase 0 are in `gates` already, but
   * for a cell that is `normed`.
   */
  readonly sums: readonly Float64Array[];
  readonly previous: States;
  readonly next: States;
  /** State of the layer below at this time, [B, pad4(H)]; zero under the first layer. */
  readonly below: Float64Array;
  /** The cell's own parameters, [H·lanes of `Cell.own`]; zero where it has none. */
  readonly own: Float64Array;
}

export interface BackwardStep extends Step {
  /** In: ∂L/∂next. Out: ∂L/∂previous, but for what reaches it through recurrent weights. */
  readonly gradients: States;
  /** Out: ∂L/∂below. */
  readonly belowGradient: Float64Array;
  /** ∂L/∂own is added. */
  readonly ownGradient: Float64Array;
}

/**
 * A cell's arithmetic, a function for each of its phases that multiply (`Cell.phases`), or one where none does.
 *
 * Forward, `gates` hold z = W·x + b + R·h_{t−1} and are left as backward wants them; `next` is written from `previous`.
 * Backward goes through the phases from the last to the first and leaves ∂L/∂z in `gates`, and in `sums[p]` that of
 * sums that are not in z. It does not read the states of `next` that zoneout may have changed: it computes them anew.
 */
export interface CellArithmetic {
  readonly forward: readonly ((step: Step) => void)[];
  readonly backward: readonly ((step: BackwardStep) => void)[];
}
