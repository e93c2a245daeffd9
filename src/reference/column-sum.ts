/**
 * out[n] = Σ_m a[m, n], in row order: the gradient of a bias that was added to every row.
 * a [rows, pitch ≥ columns], out [columns]. Mirrors `shaders/column_sum.wgsl`.
 */
export function columnSum(
  a: Float64Array, out: Float64Array, { rows, columns, pitch }: { rows: number; columns: number; pitch: number },
): void {
  out.fill(0, 0, columns);
  for (let m = 0; m < rows; m++) {
    const row = m * pitch;
    for (let n = 0; n < columns; n++) out[n] += a[row + n];
  }
}
