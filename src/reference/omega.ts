/**
 * The regulariser against vanishing gradients (Pascanu, Mikolov & Bengio 2013, equations 9 and 10), with the immediate
 * gradient alone. Mirrors `shaders/probe/omega_terms.wgsl`, `omega_sum.wgsl` and `omega_scale.wgsl`.
 *
 *     x = ‖v‖²/‖δ‖² − 1      δ = ∂L/∂h_t, v = R·dZ_t, what of it goes on to h_{t−1}; a term for each row and time
 *     Ω = Σ x²/n             ∂Ω/∂R[j, i] = Σ (2x/n)·(2/‖δ‖²)·v[j]·dZ[i]         n terms; δ and dZ count as constants
 *
 * No term: the direction's first time, times past a row's end, and those where ‖δ‖² < 10⁻²⁰.
 *
 * R [H, pad4(H·lanes)]; dZ [T, B, pad4(H·lanes)]; δ [T, B, pad4(H)].
 */
import { pad4 } from '../model/layout.js';

/** Terms with less than this are dropped. */
const LEAST = 1e-20;

export interface OmegaShape {
  readonly timeSteps: number;
  readonly batch: number;
  readonly units: number;
  /** Gate lanes of a unit. */
  readonly lanes: number;
  /** Time steps of each row [B]; absent: all. */
  readonly lengths?: ArrayLike<number>;
  readonly reverse?: boolean;
}

export interface OmegaArrays {
  readonly weights: Float64Array;
  readonly dz: Float64Array;
  readonly delta: Float64Array;
}

/** Ω, and how many terms it is the mean of. */
export interface Omega { readonly value: number; readonly count: number }

/** Ω; `weight`·∂Ω/∂R is added to `gradient`, which is laid out as R. */
export function omegaAndGradient(
  shape: OmegaShape, arrays: OmegaArrays, gradient?: Float64Array, weight = 1,
): Omega {
  const terms = termsOf(shape, arrays);
  const count = terms.length;
  let value = 0;
  for (const { x } of terms) value += (x * x) / count;
  if (!gradient) return { value, count };
  const columns = pad4(shape.units * shape.lanes);
  for (const { x, square, v, row } of terms) {
    const scale = weight * ((2 * x) / count) * (2 / square);
    for (let j = 0; j < shape.units; j++) {
      for (let i = 0; i < columns; i++) {
        gradient[j * columns + i] += scale * v[j] * arrays.dz[row * columns + i];
      }
    }
  }
  return { value, count };
}

/** One term: ‖v‖²/‖δ‖² − 1, ‖δ‖², v [H] and its row in dZ. */
interface Term { readonly x: number; readonly square: number; readonly v: Float64Array; readonly row: number }

function termsOf(shape: OmegaShape, { weights, dz, delta }: OmegaArrays): Term[] {
  const { timeSteps, batch, units, lanes, lengths, reverse = false } = shape;
  const columns = pad4(units * lanes);
  const terms: Term[] = [];
  for (let t = 0; t < timeSteps; t++) {
    for (let b = 0; b < batch; b++) {
      const length = lengths?.[b] ?? timeSteps;
      if (reverse ? t + 1 >= length : t === 0 || t >= length) continue;
      const row = t * batch + b;
      const square = squareOf(delta.subarray(row * pad4(units), (row + 1) * pad4(units)));
      if (!(square >= LEAST)) continue;
      const v = new Float64Array(units);
      for (let j = 0; j < units; j++) {
        for (let i = 0; i < columns; i++) v[j] += weights[j * columns + i] * dz[row * columns + i];
      }
      terms.push({ x: squareOf(v) / square - 1, square, v, row });
    }
  }
  return terms;
}

function squareOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  return sum;
}
