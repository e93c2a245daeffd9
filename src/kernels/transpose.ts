import { ceilDiv, type Kernel } from './kernel.js';

/**
 * Typed face of `shaders/transpose.wgsl`: a matrix [rows, columns] of vec4f, turned; `half`: as float16 holds it.
 * Strides in floats.
 */
export function transpose({ rows, columns, trials, strideIn, strideOut, half = false }: {
  rows: number; columns: number; trials: number; strideIn: number; strideOut: number; half?: boolean;
}): Kernel {
  return {
    file: 'transpose.wgsl',
    defines: { ROWS: rows, COLUMNS: columns, STRIDE_IN: strideIn / 4, STRIDE_OUT: strideOut / 4, HALF: half },
    bindings: { in: 'read', out: 'read_write' },
    workgroups: [ceilDiv(rows, 8), ceilDiv(columns, 8), trials],
    cost: { bytes: 32 * trials * rows * columns, flops: 0 },
  };
}
