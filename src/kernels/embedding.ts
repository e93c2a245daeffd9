import { pad4 } from '../model/layout.js';
import { biasBindings, biasDefines, type Biases, ceilDiv, fittingWidth, type Kernel } from './kernel.js';

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
  readonly biases?: Biases;
}

/** Typed face of `shaders/embedding.wgsl`: out[row] = table[ids[row]] (+ biases). */
export function embedding({ rows, width, trials, biases = 0, ...shape }: EmbeddingShape): Kernel {
  const columns = pad4(width) / 4;
  const x = fittingWidth(columns, 1, 64);
  return {
    file: 'embedding.wgsl',
    defines: {
      COLUMNS: columns, ROWS: rows, ...biasDefines(biases), WORKGROUP_X: x, WORKGROUP_Y: 64 / x,
      STRIDE_IDS: shape.strideIds, STRIDE_TABLE: shape.strideTable / 4, STRIDE_OUT: shape.strideOut / 4,
    },
    bindings: { ids: 'read', table: 'read', out: 'read_write', ...biasBindings(biases) },
    workgroups: [ceilDiv(columns, x), ceilDiv(rows, 64 / x), trials],
    cost: { bytes: 4 * trials * rows * (1 + 2 * width), flops: trials * rows * width * biases },
  };
}
