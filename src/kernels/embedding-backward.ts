import { pad4, type ParameterShape } from '../model/layout.js';
import type { EmbeddingShape } from './embedding.js';
import { keepDefines } from './keep.js';
import { ceilDiv, fittingWidth, type Kernel } from './kernel.js';

/** Typed face of `shaders/embedding_backward.wgsl`: d_table[v] = Σ of the rows of d_out whose id is v. */
export function embeddingBackward(
  { rows, width, vocabulary, trials, ...shape }: Omit<EmbeddingShape, 'strideIds' | 'biases'> & {
    /** The parameter whose gradient this is. */
    readonly gradientOf?: Pick<ParameterShape, 'arrangement'>;
  },
): Kernel {
  const columns = pad4(width) / 4;
  const x = fittingWidth(columns, 1, 64);
  return {
    file: 'embedding_backward.wgsl',
    defines: {
      COLUMNS: columns, ROWS: rows, V: vocabulary, WORKGROUP_X: x, WORKGROUP_Y: 64 / x,
      STRIDE_TABLE: shape.strideTable / 4, STRIDE_OUT: shape.strideOut / 4,
      ...keepDefines(shape.gradientOf),
    },
    bindings: { starts: 'read', rows: 'read', d_out: 'read', d_table: 'read_write' },
    workgroups: [ceilDiv(columns, x), ceilDiv(vocabulary, 64 / x), trials],
    cost: { bytes: 4 * trials * (rows * (1 + width) + vocabulary * width), flops: trials * rows * width },
  };
}
