/**
 * The product of one-hot rows with a matrix is a gather of the matrix's rows. Serves the embedding layer, and the
 * input weights of a recurrent layer that reads one-hot tokens. Mirrors `shaders/embedding.wgsl` and
 * `shaders/embedding_backward.wgsl`.
 *
 *     forward   out[r, :] = table[ids[r], :] (+ bias (+ second bias))     out [rows, pitch], table [vocabulary, pitch]
 *     backward  dTable[v, :] = Σ_{r: ids[r] = v} dOut[r, :]               summed in row order
 */
export interface EmbeddingShape {
  readonly rows: number;
  readonly columns: number;
  /** Distance of two rows, the same in the table and the output. */
  readonly pitch: number;
}

/** `biases`: up to two vectors [columns]. */
export function embeddingForward(
  ids: Uint32Array, table: Float64Array, out: Float64Array, shape: EmbeddingShape, biases: readonly Float64Array[] = [],
): void {
  const { rows, columns, pitch } = shape;
  for (let r = 0; r < rows; r++) {
    const from = ids[r] * pitch;
    const to = r * pitch;
    for (let n = 0; n < columns; n++) out[to + n] = table[from + n];
    for (const bias of biases) for (let n = 0; n < columns; n++) out[to + n] += bias[n];
  }
}

/** Replaces the whole of `tableGradient`. */
export function embeddingBackward(
  ids: Uint32Array, outGradient: Float64Array, tableGradient: Float64Array, { rows, columns, pitch }: EmbeddingShape,
): void {
  tableGradient.fill(0);
  for (let r = 0; r < rows; r++) {
    const from = r * pitch;
    const to = ids[r] * pitch;
    for (let n = 0; n < columns; n++) tableGradient[to + n] += outGradient[from + n];
  }
}
