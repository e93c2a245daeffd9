/**
 * Carries a cell through time. Mirrors `shaders/recurrence/step.wgsl`, `sequence.wgsl` and their `_backward` files.
 *
 *     forward   z_t += h_{t−1}·R, then the cell, for t = 0 … T−1
 *     backward  the cell at δh_t = δoutput_t + δz_{t+1}·Rᵀ, for t = T−1 … 0
 *
 * in reverse the other way round. A cell of several phases does both for each of its phases.
 */
import type { Cell } from '../cells/index.js';
import { pad4 } from '../model/layout.js';
import type { BackwardStep, CellArithmetic, States, Step } from './cell-step.js';
import { carouselArithmetic } from './carousel.js';
import { clockworkArithmetic } from './clockwork.js';
import { depthGatedArithmetic } from './depth-gated.js';
import { gridArithmetic } from './grid.js';
import { gruBeforeArithmetic } from './gru-before.js';
import { gruArithmetic } from './gru.js';
import { lstm1997Arithmetic } from './lstm-1997.js';
import { lstmNormedArithmetic } from './lstm-normed.js';
import { odysseyArithmetic } from './lstm-odyssey.js';
import { lstmProjectedArithmetic } from './lstm-projected.js';
import { lstmArithmetic } from './lstm.js';
import { minGruArithmetic } from './min-gru.js';
import { minLstmArithmetic } from './min-lstm.js';
import { PhaseProducts } from './recurrent-product.js';
import { rnnArithmetic } from './rnn.js';
import { keepBack, stay, type StayShares } from './zoneout.js';

/** Cells by `Cell.file`. Adding a cell adds a row here. */
const arithmetic: Readonly<Record<string, CellArithmetic>> = {
  rnn: rnnArithmetic,
  lstm: lstmArithmetic,
  lstm_odyssey: odysseyArithmetic,
  lstm_1997: lstm1997Arithmetic,
  lstm_projected: lstmProjectedArithmetic,
  lstm_normed: lstmNormedArithmetic,
  depth_gated: depthGatedArithmetic,
  grid: gridArithmetic,
  gru: gruArithmetic,
  gru_before: gruBeforeArithmetic,
  clockwork: clockworkArithmetic,
  min_gru: minGruArithmetic,
  carousel: carouselArithmetic,
  min_lstm: minLstmArithmetic,
};

export interface RecurrenceShape {
  readonly cell: Cell;
  readonly timeSteps: number;
  readonly batch: number;
  readonly units: number;
  /** From the last time step to the first. */
  readonly reverse?: boolean;
  /** Where time step 0 stands in its sequence; 0 where absent. */
  readonly position?: number;
}

export interface RecurrenceArrays {
  /** [T, B, pad4(H·lanes)]: Z = X·W + b, then what the cell makes of it, then ∂L/∂Z, all in one place. */
  readonly gates: Float64Array;
  /**
   * One array a state, [T+1, B, pad4(H)]. Forward, slot t is the state before time step t and slot t + 1 the one after;
   * in reverse slot t + 1 is the one before and slot t the one after. The first in that order is given.
   */
  readonly histories: States;
  /** By phase and product, [inputs, pad4(H·lanes of the phase)]. */
  readonly weights: readonly (readonly Float64Array[])[];
  /** The cell's own parameters, [H·lanes of `Cell.own`]. */
  readonly own?: Float64Array;
  /** The history that the cell reads in the layer below. */
  readonly below?: Float64Array;
  /** Recurrent dropout, [B, pad4(H)]. */
  readonly mask?: Float64Array;
  /** Zoneout, and rows that have ended. */
  readonly shares?: StayShares;
}

/** ∂L/∂ what leaves the recurrence: what backward starts from. */
export interface OutgoingGradients {
  /** For each of `Cell.outputs`, [T, B, pad4(H)]. */
  readonly outputs: States;
  /** Of the state that the layer above reads, [T, B, pad4(H)]. */
  readonly above?: Float64Array;
  /** Of the states after the last time step, [B, pad4(H)] each. */
  readonly final?: States;
}

/** For each of `Cell.outputs`, [T, B, pad4(H)]: where backward leaves ∂L/∂h_t, what comes from t + 1 included. */
export type Records = States;

/** Where backward leaves the gradients of what it read: shaped as in {@link RecurrenceArrays}. */
export interface IncomingGradients {
  readonly weights: readonly (readonly Float64Array[])[];
  /** Added to. */
  readonly own?: Float64Array;
  /** [T, B, pad4(H)] */
  readonly below?: Float64Array;
}

/** One cell over one window: `forward` once, then `backward` at most once. */
export class Recurrence {
  private readonly cell: CellArithmetic;
  private readonly phases: readonly PhaseProducts[];
  private readonly nothing: Float64Array; // stands for a layer below, or parameters, that are not there
  private readonly slotSize: number;
  private readonly steps: readonly Step[];

  constructor(private readonly shape: RecurrenceShape, private readonly arrays: RecurrenceArrays) {
    const { cell, batch, units } = shape;
    this.cell = arithmetic[cell.file];
    this.phases = this.cell.forward.map((_, index) => new PhaseProducts(shape, arrays, index));
    this.slotSize = batch * pad4(units);
    this.nothing = new Float64Array(Math.max(this.slotSize, units * 8));
    this.steps = Array.from({ length: shape.timeSteps }, (_, t) => this.viewsAt(t));
  }

  /** Fills the histories. */
  forward(): void {
    const { timeSteps, reverse } = this.shape;
    for (let n = 0; n < timeSteps; n++) {
      const t = reverse ? timeSteps - 1 - n : n;
      const step = this.steps[t];
      this.cell.forward.forEach((compute, p) => {
        this.phases[p].forward(t, step.gates, step.previous, step.next);
        compute(step);
      });
      stay(this.arrays.shares, t, step.previous, step.next);
    }
  }

  /**
   * `gates` become ∂L/∂Z. Nothing flows in from later windows but what `final` says (truncated backpropagation through
   * time, Williams & Peng 1990).
   * @returns ∂L/∂(states before the first time step), [B, pad4(H)] each
   */
  backward(
    { outputs, above, final }: OutgoingGradients, into: IncomingGradients, records?: Records,
  ): Float64Array[] {
    const { cell, timeSteps, reverse } = this.shape;
    const gradients = cell.states.map((_, s) => Float64Array.from(final?.[s] ?? new Float64Array(this.slotSize)));
    const scratch = { own: this.nothing.slice(), below: this.nothing.slice() };
    for (let n = timeSteps - 1; n >= 0; n--) {
      const t = reverse ? timeSteps - 1 - n : n;
      cell.outputs.forEach((state, k) => this.add(gradients[state], outputs[k], t));
      if (above) this.add(gradients[cell.below!.state], above, t);
      cell.outputs.forEach((state, k) => records?.[k].set(gradients[state], t * this.slotSize));
      const step: BackwardStep = {
        ...this.steps[t], gradients,
        ownGradient: into.own ?? scratch.own,
        belowGradient: into.below ? this.slot(into.below, t) : scratch.below,
      };
      const kept = keepBack(this.arrays.shares, t, gradients);
      for (let p = this.phases.length - 1; p >= 0; p--) {
        this.cell.backward[p](step);
        this.phases[p].backward(t, step.gates, gradients);
      }
      kept.forEach((share, s) => { if (share) this.add(gradients[s], share, 0); });
    }
    this.phases.forEach((phase, p) => phase.weightGradients(into.weights[p]));
    return gradients;
  }

  /** Views of everything at time `t`. */
  private viewsAt(t: number): Step {
    const { cell, batch, units, timeSteps, reverse = false, position = 0 } = this.shape;
    const { gates, histories, below, own } = this.arrays;
    const gateSize = gates.length / timeSteps;
    const [before, after] = reverse ? [t + 1, t] : [t, t + 1];
    return {
      cell, batch, units, time: position + t,
      gates: gates.subarray(t * gateSize, (t + 1) * gateSize),
      sums: this.phases.map((phase) => phase.at(t)),
      previous: histories.map((history) => this.slot(history, before)),
      next: histories.map((history) => this.slot(history, after)),
      below: below ? this.slot(below, after) : this.nothing,
      own: own ?? this.nothing,
    };
  }

  private slot(history: Float64Array, n: number): Float64Array {
    return history.subarray(n * this.slotSize, (n + 1) * this.slotSize);
  }

  /** gradient += values_t */
  private add(gradient: Float64Array, values: Float64Array, t: number): void {
    const from = t * gradient.length;
    for (let s = 0; s < gradient.length; s++) gradient[s] += values[from + s];
  }
}
