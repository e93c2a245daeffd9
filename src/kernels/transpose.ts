import { ceilDiv, type Kernel } from './kernel.js';

/** Typed face of `shaders/transpose.wgsl`: a [size, size] matrix of gate vectors, turned. Stride of `in` in floats. */
export function transpose({ size, lanes, trials, strideIn }: {
  size: number; lanes: 1 | 2 | 4; trials: number; strideIn: number;
}): Kernel {
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
