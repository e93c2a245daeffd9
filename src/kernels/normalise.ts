import { type Access, biasBindings, biasDefines, type Biases, grid, type Kernel } from './kernel.js';

/**
 * Typed face of `shaders/normalise.wgsl`: layer normalisation of `rows` rows of `columns` gates (a multiple of four),
 * forward, or backward in place. The stride of the parameters is in floats.
 */
export function normalise({ rows, columns, trials, biases = 0, strideParameters, backward }: {
  rows: number; columns: number; trials: number; biases?: Biases; strideParameters: number; backward: boolean;
}): Kernel {
  const bindings: Record<string, Access> = {
    raw: backward ? 'read_write' : 'read', z: 'read_write', gain: 'read', ...biasBindings(biases),
  };
  return {
    file: 'normalise.wgsl',
    defines: {
      ROWS: rows, N: columns / 4, STRIDE_WEIGHTS: strideParameters / 4, BACKWARD: backward, ...biasDefines(biases),
    },
    bindings,
    workgroups: [...grid(rows, 64), trials],
    cost: {
      bytes: 4 * trials * rows * columns * (backward ? 4 : 2), flops: trials * rows * columns * (backward ? 14 : 7),
    },
  };
}
