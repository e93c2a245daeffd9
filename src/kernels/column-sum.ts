import { pad4 } from '../model/layout.js';
import { ceilDiv, type Kernel } from './kernel.js';

/**
 * Typed face of `shaders/column_sum.wgsl`: sums[n] = Σ_row x[row, n]. Strides and `twin` (distance of a second copy) in
 * floats.
 */
export function columnSum(shape: {
  rows: number; columns: number; trials: number; strideX: number; strideSums: number; twin?: number;
  /** Threads that share a column; 1 needs no barrier. */
  lanes: 1 | 16;
}): Kernel {
  const columns = pad4(shape.columns) / 4;
  return {
    file: 'column_sum.wgsl',
    defines: {
      COLUMNS: columns, ROWS: shape.rows, STRIDE_X: shape.strideX / 4, STRIDE_SUMS: shape.strideSums / 4,
      TWIN: (shape.twin ?? 0) / 4, LANES: shape.lanes, SHARED: shape.lanes > 1,
    },
    bindings: { x: 'read', sums: 'read_write' },
    workgroups: [ceilDiv(columns, 16), 1, shape.trials],
    cost: { bytes: 4 * shape.trials * shape.rows * shape.columns, flops: shape.trials * shape.rows * shape.columns },
  };
}
