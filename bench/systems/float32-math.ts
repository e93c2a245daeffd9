const POWERS = Float64Array.from({ length: 257 }, (_, k) => 2 ** (k - 128));

/**
 * eˣ to 1e-8 of its value for |x| ≤ 88, clamped outside; several times as fast as `Math.exp`. 2ᵏ·eʳ with |r| ≤ ln2/2,
 * where Taylor's series is cut before r⁸/8!, which is at most 5.2e-9.
 */
export function exp(x: number): number {
  const bounded = x > 88 ? 88 : x < -88 ? -88 : x;
  const k = Math.floor(bounded * Math.LOG2E + 0.5);
  const r = bounded - k * Math.LN2;
  const series = 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r / 5040))))));
  return series * POWERS[k + 128]!;
}

export const sigmoid = (x: number): number => 1 / (1 + exp(-x));
export const tanh = (x: number): number => 1 - 2 / (1 + exp(2 * x));

/** A parameter with all that Adam keeps of it; the four arrays lie alike. */
export interface Parameter {
  readonly values: Float32Array;
  readonly gradient: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

/** Copies `values`, so that two systems may start from one problem. */
export function parameter(values: Float32Array): Parameter {
  const { length } = values;
  return {
    values: values.slice(), gradient: new Float32Array(length),
    mean: new Float32Array(length), square: new Float32Array(length),
  };
}

export function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}

/** sums[n] += Σ_row matrix[row, n]. */
export function addColumns(matrix: Float32Array, rows: number, columns: number, sums: Float32Array): void {
  for (let row = 0; row < rows; row++) {
    for (let n = 0; n < columns; n++) sums[n]! += matrix[row * columns + n]!;
  }
}
