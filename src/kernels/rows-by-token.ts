import { ceilDiv, type Kernel } from './kernel.js';

/** Typed face of `shaders/rows_by_token.wgsl`: the rows of each token, in order. */
export function rowsByToken({ rows, vocabulary, trials }: {
  rows: number; vocabulary: number; trials: number;
}): Kernel {
  return {
    file: 'rows_by_token.wgsl',
    defines: { V: vocabulary, ROWS: rows },
    bindings: { ids: 'read', starts: 'read_write', rows: 'read_write' },
    workgroups: [ceilDiv(vocabulary + 1, 64), 1, trials],
    cost: { bytes: 4 * trials * (2 * rows + vocabulary), flops: 0 },
  };
}
