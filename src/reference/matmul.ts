/**
 * C (+)= op(A)·op(B) (+ bias (+ second bias)), row-major. Mirrors `shaders/matmul.wgsl`.
 *
 *     C [rows M, columns N]   op(A) [M, inner K]   op(B) [K, N]   biases [N]
 *
 * A lies as [M, K], or [K, M] with `transposeA`; B as [K, N], or [N, K] with `transposeB`. A pitch is the distance of
 * two stored rows; columns of C past N are never touched.
 */
export interface MatmulShape {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly pitchA: number;
  readonly pitchB: number;
  readonly pitchC: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Add to what C holds instead of replacing it. */
  readonly accumulate?: boolean;
}

/** See the file's header. C must not overlap A or B. `biases`: up to two vectors [N], added to every row. */
export function matmul(
  a: Float64Array, b: Float64Array, c: Float64Array,
  { rows, columns, inner, pitchA, pitchB, pitchC, transposeA = false, transposeB = false, accumulate = false }:
  MatmulShape, biases: readonly Float64Array[] = [],
): void {
  // Callers' objects differ in their keys; the loops below are faster where all that they see are alike.
  const shape = { rows, columns, inner, pitchA, pitchB, pitchC, transposeA, transposeB, accumulate };
  prepare(c, shape, biases);
  if (transposeB) addDotProducts(a, b, c, shape);
  else addScaledRows(a, b, c, shape);
}

/** C starts as itself or zero, plus the biases. */
function prepare(c: Float64Array, shape: MatmulShape, biases: readonly Float64Array[]): void {
  const { rows, columns, pitchC, accumulate } = shape;
  for (let i = 0; i < rows; i++) {
    const row = i * pitchC;
    if (!accumulate) c.fill(0, row, row + columns);
    for (const bias of biases) for (let j = 0; j < columns; j++) c[row + j] += bias[j];
  }
}

/**
 * C[i, :] += op(A)[i, k]·B[k, :], all inner loops along rows. k goes by fours, since the loads and stores of C are
 * what such a loop waits for; the outer loops go through A in the order in which it is stored.
 */
function addScaledRows(a: Float64Array, b: Float64Array, c: Float64Array, shape: MatmulShape): void {
  const { rows, inner, pitchA, transposeA } = shape;
  const strideI = transposeA ? 1 : pitchA;
  const strideK = transposeA ? pitchA : 1;
  if (transposeA) {
    for (let k = 0; k < inner; k += 4) {
      for (let i = 0; i < rows; i++) addRows(a, i * strideI + k * strideK, strideK, b, c, i, k, shape);
    }
  } else {
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < inner; k += 4) addRows(a, i * strideI + k * strideK, strideK, b, c, i, k, shape);
    }
  }
}

/** C[i, :] += Σ op(A)[i, k′]·B[k′, :] over the (up to) four k′ from k; op(A)[i, k] lies at `at`. */
function addRows(
  a: Float64Array, at: number, strideK: number, b: Float64Array, c: Float64Array, i: number, k: number,
  { columns, inner, pitchB, pitchC }: MatmulShape,
): void {
  const row = i * pitchC;
  let b0 = k * pitchB;
  if (k + 4 <= inner) {
    const x0 = a[at];
    const x1 = a[at + strideK];
    const x2 = a[at + 2 * strideK];
    const x3 = a[at + 3 * strideK];
    const b1 = b0 + pitchB;
    const b2 = b1 + pitchB;
    const b3 = b2 + pitchB;
    for (let j = 0; j < columns; j++) {
      c[row + j] += x0 * b[b0 + j] + x1 * b[b1 + j] + x2 * b[b2 + j] + x3 * b[b3 + j];
    }
    return;
  }
  for (let rest = k; rest < inner; rest++, at += strideK, b0 += pitchB) {
    for (let j = 0; j < columns; j++) c[row + j] += a[at] * b[b0 + j];
  }
}

/** C[i, j] += op(A)[i, :]·B[j, :], four j at once so that four sums are under way. */
function addDotProducts(a: Float64Array, b: Float64Array, c: Float64Array, shape: MatmulShape): void {
  const { rows, columns, inner, pitchA, pitchB, pitchC, transposeA } = shape;
  const strideI = transposeA ? 1 : pitchA;
  const strideK = transposeA ? pitchA : 1;
  for (let i = 0; i < rows; i++) {
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      const b0 = j * pitchB;
      const b1 = b0 + pitchB;
      const b2 = b1 + pitchB;
      const b3 = b2 + pitchB;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let k = 0, at = i * strideI; k < inner; k++, at += strideK) {
        const x = a[at];
        s0 += x * b[b0 + k];
        s1 += x * b[b1 + k];
        s2 += x * b[b2 + k];
        s3 += x * b[b3 + k];
      }
      const at = i * pitchC + j;
      c[at] += s0;
      c[at + 1] += s1;
      c[at + 2] += s2;
      c[at + 3] += s3;
    }
    for (; j < columns; j++) {
      let sum = 0;
      for (let k = 0, at = i * strideI; k < inner; k++, at += strideK) sum += a[at] * b[j * pitchB + k];
      c[i * pitchC + j] += sum;
    }
  }
}
