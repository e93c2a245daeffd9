import { pad4, type ParameterShape } from '../model/layout.js';
import { keepDefines } from './keep.js';
import { ceilDiv, type Kernel } from './kernel.js';

/**
 * Typed face of `shaders/column_sum.wgsl`: sums[n] = Σ_row x[row, n]. Strides and `twin` (distance of a second copy) in
 * floats.
 */
export function columnSum(shape: {
  rows: number; columns: number; trials: number; strideX: number; strideSums: number; twin?: number;
  /** The parameters whose gradients these are: the second is the twin's. */
  gradientsOf?: readonly Pick<ParameterShape, 'arrangement'>[];
  /** Threads that share a column; 1 needs no barrier. */
  lanes: 1 | 16;
}): Kernel {
  const columns = pad4(shape.columns) / 4;
  const [kept, twin] = [0, 1].map((i) => keepDefines(shape.gradientsOf?.[i]));
  return {
    file: 'column_sum.wgsl',
    defines: {
      COLUMNS: columns, ROWS: shape.rows, STRIDE_X: shape.strideX / 4, STRIDE_SUMS: shape.strideSums / 4,
      TWIN: (shape.twin ?? 0) / 4, LANES: shape.lanes, SHARED: shape.lanes > 1,
      KEEP_EVEN: kept!['KEEP_EVEN']!, KEEP_ODD: kept!['KEEP_ODD']!,
      TWIN_EVEN: twin!['KEEP_EVEN']!, TWIN_ODD: twin!['KEEP_ODD']!,
    },
    bindings: { x: 'read', sums: 'read_write' },
    workgroups: [ceilDiv(columns, 16), 1, shape.trials],
    cost: { bytes: 4 * shape.trials * shape.rows * shape.columns, flops: shape.trials * shape.rows * shape.columns },
  };
}
