import { pad4 } from '../model/layout.js';
import { RING } from './control.js';
import { type Access, ceilDiv, type Kernel } from './kernel.js';

/** Typed face of `shaders/column_sum.wgsl`: sums[n] = Σ_row x[row, n]. Strides and `twin` (distance of a second copy) in floats. */
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

/** Typed face of `shaders/sum.wgsl`: the sum of `size` floats a trial. */
export function sum({ size, trials }: { size: number; trials: number }): Kernel {
  return {
    file: 'sum.wgsl',
    defines: { SIZE: size },
    bindings: { x: 'read', out: 'read_write' },
    workgroups: [1, 1, trials],
    cost: { bytes: 4 * trials * size, flops: trials * size },
  };
}

/** Partial results of {@link squaredNorm}: enough threads for a GPU, few enough for one workgroup to add up. */
export const normPartials = (size: number): number => Math.min(4096, ceilDiv(size, 64));

/** Typed face of `shaders/squared_norm.wgsl`: ‖g‖² and the count of non-finite values of `size` floats a trial, in parts. */
export function squaredNorm({ size, trials }: { size: number; trials: number }): Kernel {
  const partials = normPartials(size);
  return {
    file: 'squared_norm.wgsl',
    defines: { SIZE: size / 4, PARTIALS: partials },
    bindings: { gradient: 'read', partials: 'read_write' },
    workgroups: [ceilDiv(partials, 64), 1, trials],
    cost: { bytes: 4 * trials * size, flops: 2 * trials * size },
  };
}

/** Typed face of `shaders/report.wgsl`: the sum of `rows` losses, and the norm of a gradient of `normed` floats (0: none). */
export function report({ rows, normed, trials }: { rows: number; normed: number; trials: number }): Kernel {
  const partials = normed > 0 ? normPartials(normed) : 0;
  const bindings: Record<string, Access> = { loss: 'read', results: 'read_write', control: 'read' };
  if (partials > 0) bindings['partials'] = 'read';
  return {
    file: 'report.wgsl',
    defines: { ROWS: rows, NORM: partials > 0, PARTIALS: partials, RING },
    bindings,
    workgroups: [1, 1, trials],
    cost: { bytes: 4 * trials * (rows + 2 * partials), flops: trials * (rows + 2 * partials) },
  };
}

/** Typed face of `shaders/transpose.wgsl`: a [size, size] matrix of gate vectors, turned. Stride of `in` in floats. */
export function transpose({ size, lanes, trials, strideIn }: { size: number; lanes: 1 | 2 | 4; trials: number; strideIn: number }): Kernel {
  const groups = ceilDiv(size, 8);
  return {
    file: 'transpose.wgsl',
    defines: {
      SIZE: size, ELEMENT: lanes === 1 ? 'f32' : `vec${lanes}f`, STRIDE_IN: strideIn / lanes, STRIDE_OUT: size * size,
    },
    bindings: { in: 'read', out: 'read_write' },
    workgroups: [groups, groups, trials],
    cost: { bytes: 8 * trials * size * size * lanes, flops: 0 },
  };
}
