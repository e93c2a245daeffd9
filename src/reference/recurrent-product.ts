import type { Phase, RecurrentProduct } from '../cells/index.js';
import { pad4 } from '../model/layout.js';
import type { States } from './cell-step.js';
import { matmul } from './matmul.js';
import type { RecurrenceArrays, RecurrenceShape } from './recurrence.js';

/** One matrix of a phase: [inner, columns of the phase]. */
interface Factor {
  readonly source: number;
  readonly inner: number;
  readonly weights: Float64Array;
  /** Recurrent dropout is of h alone, and of r·h, which is h on its way to the same product (`gru-before`). */
  readonly masked: boolean;
}

/**
 * The products of one phase of a cell, at every time: sums_t = Σ source·R, [B, pad4(H·lanes)], and their backward.
 * Those of phase 0 go into z, on top of what is there. Those of later phases, and of a `normed` cell, stay apart: what
 * becomes of them is the cell's.
 */
export class PhaseProducts {
  private readonly phase: Phase;
  private readonly factors: readonly Factor[];
  private readonly apart: boolean;
  /** Where the phase has all lanes and goes into z, `sums` is `gates`. */
  private readonly inPlace: boolean;
  private readonly columns: number;
  private readonly sums: Float64Array; // [T, B, pad4(columns)]; after backward ∂L/∂sums
  private readonly scratch: Float64Array; // [B, pad4(H)]

  constructor(private readonly shape: RecurrenceShape, private readonly arrays: RecurrenceArrays, index: number) {
    const { cell, timeSteps, batch, units } = shape;
    this.phase = cell.phases[index];
    const projects = index > 0 && cell.projection !== undefined;
    this.columns = (projects ? cell.projection! : units) * this.phase.lanes;
    this.apart = index > 0 || cell.normed === true;
    this.inPlace = !this.apart && (this.phase.lanes === cell.lanes || this.phase.products.length === 0);
    this.sums = this.inPlace ? arrays.gates : new Float64Array(timeSteps * batch * pad4(this.columns));
    this.scratch = new Float64Array(arrays.mask?.length ?? 0);
    this.factors = this.phase.products.map(({ source }: RecurrentProduct, k) => ({
      source,
      inner: source === 0 ? cell.projection ?? units : units,
      weights: arrays.weights[index][k],
      masked: arrays.mask !== undefined && (source === 0 || cell.states[source].masked === true),
    }));
  }

  /** The sums of time `t`. */
  at(t: number): Float64Array {
    const size = this.sums.length / this.shape.timeSteps;
    return this.sums.subarray(t * size, (t + 1) * size);
  }

  forward(t: number, z: Float64Array, previous: States, next: States): void {
    const { shape: { batch, units }, columns } = this;
    const sums = this.at(t);
    const sources = this.phase.slot === 'previous' ? previous : next;
    for (const { source, inner, weights, masked } of this.factors) {
      matmul(masked ? this.dropped(sources[source]) : sources[source], weights, sums, {
        rows: batch, columns, inner, pitchA: pad4(units), pitchB: pad4(columns), pitchC: pad4(columns),
        accumulate: true,
      });
    }
    if (!this.apart && !this.inPlace) this.eachLane((s, e) => { z[e] += sums[s]; });
  }

  /** ∂L/∂sources += ∂L/∂sums·Rᵀ; nothing where the gradient is truncated. */
  backward(t: number, z: Float64Array, gradients: States): void {
    const { shape: { cell, batch, units }, arrays: { mask }, columns, scratch } = this;
    const sums = this.at(t);
    if (!this.apart && !this.inPlace) this.eachLane((s, e) => { sums[s] = z[e]; });
    if (cell.truncated) return;
    for (const { source, inner, weights, masked } of this.factors) {
      matmul(sums, weights, masked ? scratch : gradients[source], {
        rows: batch, columns: inner, inner: columns, pitchA: pad4(columns), pitchB: pad4(columns), pitchC: pad4(units),
        transposeB: true, accumulate: !masked,
      });
      if (masked) scratch.forEach((d, e) => { gradients[source][e] += d * mask![e]; });
    }
  }

  /** ∂L/∂R = Σ_t sourceᵀ·∂L/∂sums_t, into one array a product. */
  weightGradients(out: readonly Float64Array[]): void {
    const { timeSteps, batch, units, reverse } = this.shape;
    const size = batch * pad4(units);
    const first = (this.phase.slot === 'previous') === !reverse ? 0 : 1; // slots 0 … T − 1, or 1 … T
    this.factors.forEach(({ source, inner, masked }, k) => {
      const all = this.arrays.histories[source].subarray(first * size, (first + timeSteps) * size);
      matmul(masked ? this.dropped(all) : all, this.sums, out[k], {
        rows: inner, columns: this.columns, inner: timeSteps * batch,
        pitchA: pad4(units), pitchB: pad4(this.columns), pitchC: pad4(this.columns), transposeA: true,
      });
    });
  }

  /** A copy of one or many [B, pad4(H)] with the mask of recurrent dropout on each. */
  private dropped(source: Float64Array): Float64Array {
    const mask = this.arrays.mask!;
    return source.map((value, e) => value * mask[e % mask.length]);
  }

  /** Calls `visit` with the places of each lane of the phase, in the sums and in z. */
  private eachLane(visit: (sum: number, z: number) => void): void {
    const { cell, batch, units } = this.shape;
    const { first, lanes } = this.phase;
    for (let b = 0; b < batch; b++) {
      for (let u = 0; u < units; u++) {
        const sum = b * pad4(units * lanes) + u * lanes;
        const z = b * pad4(units * cell.lanes) + u * cell.lanes + first;
        for (let lane = 0; lane < lanes; lane++) {
          visit(sum + lane, z + lane);
        }
      }
    }
  }
}
