/**
 * Matrix products for plain JavaScript engines, as fast as one thread without SIMD goes: both factors are copied into
 * panels of four rows (Goto & van de Geijn 2008), so that the inner loop reads 8 neighbours and does 16 multiply-adds.
 *
 * Values are stored as float32; sums are float64, as JavaScript's are. `Math.fround` at each operation halves the
 * speed in V8: it rounds where the processor would not have to.
 */

/** A matrix in an array, turned as one likes: element (i, k) of the product's factor lies at `i·row + k·inner`. */
export interface Strides { readonly row: number; readonly inner: number }

/** C[m, n] += A[m, k]·B[k, n] for a right factor that serves several left ones; C's rows lie one after another. */
export class Product {
  private readonly left: Float32Array;
  private readonly right: Float32Array;
  private readonly tile = new Float64Array(16);
  private depth = 0;

  /** `leftAt`: strides of A's (m, k); `rightAt`: those of B's (n, k). `most` is the largest k. */
  constructor(
    private readonly n: number, private readonly most: number,
    private readonly leftAt: Strides, private readonly rightAt: Strides,
  ) {
    this.left = new Float32Array(4 * most);
    this.right = new Float32Array(4 * Math.ceil(n / 4) * most);
  }

  /** B, of `depth` rows, from `at` on in `matrix`. */
  setRight(matrix: Float32Array, at: number, depth: number): void {
    this.depth = depth;
    for (let first = 0; first < this.n; first += 4) {
      const count = Math.min(4, this.n - first);
      packPanel(matrix, at + first * this.rightAt.row, this.rightAt, count, depth, this.right, first * depth);
    }
  }

  /** C += A·B: A of `m` rows from `at` on in `matrix`, C from `cAt` on with rows of `pitch` floats. */
  add(m: number, matrix: Float32Array, at: number, c: Float32Array, cAt: number, pitch: number): void {
    const { n, depth, left, right, tile, leftAt } = this;
    for (let i = 0; i < m; i += 4) {
      const rows = Math.min(4, m - i);
      packPanel(matrix, at + i * leftAt.row, leftAt, rows, depth, left, 0);
      for (let j = 0; j < n; j += 4) {
        if (rows === 1) multiplyRow(left, right, j * depth, depth, tile);
        else multiplyTile(left, right, j * depth, depth, tile);
        addTile(tile, rows, Math.min(4, n - j), c, cAt + i * pitch + j, pitch);
      }
    }
  }

  /** C += A·B where k is long, as in a sum over all rows of a batch: block by block, so that panels stay in cache. */
  addOver(
    depth: number, m: number, a: Float32Array, aAt: number, b: Float32Array, bAt: number, c: Float32Array,
    pitch: number,
  ): void {
    for (let first = 0; first < depth; first += this.most) {
      this.setRight(b, bAt + first * this.rightAt.inner, Math.min(this.most, depth - first));
      this.add(m, a, aAt + first * this.leftAt.inner, c, 0, pitch);
    }
  }
}

/** panel[k, i] = matrix[i, k] for four rows i; those past `count` are zero. */
function packPanel(
  matrix: Float32Array, at: number, { row, inner }: Strides, count: number, depth: number,
  panel: Float32Array, panelAt: number,
): void {
  if (count < 4) panel.fill(0, panelAt, panelAt + 4 * depth);
  if (inner === 1) {
    for (let i = 0; i < count; i++) {
      const from = at + i * row;
      for (let k = 0; k < depth; k++) panel[panelAt + 4 * k + i] = matrix[from + k]!;
    }
    return;
  }
  for (let k = 0; k < depth; k++) {
    for (let i = 0; i < count; i++) panel[panelAt + 4 * k + i] = matrix[at + i * row + k * inner]!;
  }
}

/** tile[4·i + j] = Σ_k a[k, i]·b[k, j]. Sixteen sums in local variables, which stay in registers. */
function multiplyTile(a: Float32Array, b: Float32Array, bAt: number, depth: number, tile: Float64Array): void {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
  let s8 = 0, s9 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0, s14 = 0, s15 = 0;
  for (let p = 0, q = bAt; p < 4 * depth; p += 4, q += 4) {
    const b0 = b[q]!, b1 = b[q + 1]!, b2 = b[q + 2]!, b3 = b[q + 3]!;
    const a0 = a[p]!, a1 = a[p + 1]!, a2 = a[p + 2]!, a3 = a[p + 3]!;
    s0 += a0 * b0; s1 += a0 * b1; s2 += a0 * b2; s3 += a0 * b3;
    s4 += a1 * b0; s5 += a1 * b1; s6 += a1 * b2; s7 += a1 * b3;
    s8 += a2 * b0; s9 += a2 * b1; s10 += a2 * b2; s11 += a2 * b3;
    s12 += a3 * b0; s13 += a3 * b1; s14 += a3 * b2; s15 += a3 * b3;
  }
  tile[0] = s0; tile[1] = s1; tile[2] = s2; tile[3] = s3;
  tile[4] = s4; tile[5] = s5; tile[6] = s6; tile[7] = s7;
  tile[8] = s8; tile[9] = s9; tile[10] = s10; tile[11] = s11;
  tile[12] = s12; tile[13] = s13; tile[14] = s14; tile[15] = s15;
}

/** {@link multiplyTile} where the left factor has one row. */
function multiplyRow(a: Float32Array, b: Float32Array, bAt: number, depth: number, tile: Float64Array): void {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (let p = 0, q = bAt; p < 4 * depth; p += 4, q += 4) {
    const x = a[p]!;
    s0 += x * b[q]!; s1 += x * b[q + 1]!; s2 += x * b[q + 2]!; s3 += x * b[q + 3]!;
  }
  tile[0] = s0; tile[1] = s1; tile[2] = s2; tile[3] = s3;
}

function addTile(
  tile: Float64Array, rows: number, columns: number, c: Float32Array, at: number, pitch: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) c[at + i * pitch + j]! += tile[4 * i + j]!;
  }
}
