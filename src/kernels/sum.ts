import type { Kernel } from './kernel.js';

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
