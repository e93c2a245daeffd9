/**
 * Layer normalisation of one row (Ba, Kiros & Hinton 2016, equation 4), before gain and bias.
 *
 *     y = (x − mean)·k        k = 1/√(variance + ε),  ε = 10⁻⁵, the variance biased as in PyTorch
 *     δx = k·(δy − mean(δy) − y·mean(δy·y))
 */
const EPSILON = 1e-5;

/** Writes y [n] at `to` of `out` from x [n] at `from`. @returns k */
export function normalizeRow(
  x: Float64Array, from: number, out: Float64Array, to: number, n: number,
): number {
  let sum = 0;
  for (let e = 0; e < n; e++) sum += x[from + e];
  const mean = sum / n;
  let squares = 0;
  for (let e = 0; e < n; e++) squares += (x[from + e] - mean) ** 2;
  const k = 1 / Math.sqrt(squares / n + EPSILON);
  for (let e = 0; e < n; e++) out[to + e] = (x[from + e] - mean) * k;
  return k;
}

/** δy [n] at `at` of `gradient` becomes δx; `y` [n] lies at `from` of its array. */
export function normalizeRowBackward(
  y: Float64Array, from: number, gradient: Float64Array, at: number, n: number, k: number,
): void {
  let sum = 0;
  let product = 0;
  for (let e = 0; e < n; e++) {
    sum += gradient[at + e];
    product += gradient[at + e] * y[from + e];
  }
  for (let e = 0; e < n; e++) {
    gradient[at + e] = k * (gradient[at + e] - sum / n - (y[from + e] * product) / n);
  }
}
