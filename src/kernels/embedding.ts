import { pad4 } from '../model/layout.js';
import { type Access, ceilDiv, fittingWidth, type Kernel } from './kernel.js';

/** Rows of a table by token. `width` floats a row; strides (one trial to the next) in floats, of ids in tokens. */
export interface EmbeddingShape {
  readonly rows: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly trials: number;
  readonly strideTable: number;
  readonly strideOut: number;
  readonly strideIds: number;
  /** Number of bias vectors added to each row. */
  readonly biases?: 0 | 1 | 2;
}

/** Typed face of `shaders/embedding.wgsl`: out[row] = table[ids[row]] (+ biases). */
export function embedding({ rows, width, trials, biases = 0, ...shape }: EmbeddingShape): Kernel {
  const columns = pad4(width) / 4;
  const x = fittingWidth(columns, 1, 64);
  const bindings: Record<string, Access> = { ids: 'read', table: 'read', out: 'read_write' };
  if (biases > 0) bindings['bias'] = 'read';
  if (biases > 1) bindings['bias2'] = 'read';
  return {
    file: 'embedding.wgsl',
    defines: {
      COLUMNS: columns, ROWS: rows, BIASES: biases, TWO_BIASES: biases > 1, WORKGROUP_X: x, WORKGROUP_Y: 64 / x,
      STRIDE_IDS: shape.strideIds, STRIDE_TABLE: shape.strideTable / 4, STRIDE_OUT: shape.strideOut / 4,
    },
    bindings,
    workgroups: [ceilDiv(columns, x), ceilDiv(rows, 64 / x), trials],
    cost: { bytes: 4 * trials * rows * (1 + 2 * width), flops: trials * rows * width * biases },
  };
}

/** Typed face of `shaders/rows_by_token.wgsl`: the rows of each token, in order. */
export function rowsByToken({ rows, vocabulary, trials }: { rows: number; vocabulary: number; trials: number }): Kernel {
  return {
    file: 'rows_by_token.wgsl',
    defines: { V: vocabulary, ROWS: rows },
    bindings: { ids: 'read', starts: 'read_write', rows: 'read_write' },
    workgroups: [ceilDiv(vocabulary + 1, 64), 1, trials],
    cost: { bytes: 4 * trials * (2 * rows + vocabulary), flops: 0 },
  };
}

/** Typed face of `shaders/embedding_backward.wgsl`: d_table[v] = Σ of the rows of d_out whose id is v. */
export function embeddingBackward({ rows, width, vocabulary, trials, ...shape }: Omit<EmbeddingShape, 'strideIds' | 'biases'>): Kernel {
  const columns = pad4(width) / 4;
  const x = fittingWidth(columns, 1, 64);
  return {
    file: 'embedding_backward.wgsl',
    defines: {
      COLUMNS: columns, ROWS: rows, V: vocabulary, WORKGROUP_X: x, WORKGROUP_Y: 64 / x,
      STRIDE_TABLE: shape.strideTable / 4, STRIDE_OUT: shape.strideOut / 4,
    },
    bindings: { starts: 'read', rows: 'read', d_out: 'read', d_table: 'read_write' },
    workgroups: [ceilDiv(columns, x), ceilDiv(vocabulary, 64 / x), trials],
    cost: { bytes: 4 * trials * (rows * (1 + width) + vocabulary * width), flops: trials * rows * width },
  };
}
