import { ceilDiv, type Kernel } from '../kernel.js';

/** Typed face of `shaders/tasks/clear.wgsl`: zeroes `count` floats from `from` on, of `size` a trial. */
export function clear({ size, from, count, trials }: {
  size: number; from: number; count: number; trials: number;
}): Kernel {
  return {
    file: 'tasks/clear.wgsl',
    defines: { SIZE: size / 4, FROM: from / 4, COUNT: count / 4 },
    bindings: { gradient: 'read_write' },
    workgroups: [ceilDiv(count / 4, 64), 1, trials],
    cost: { bytes: 4 * trials * count, flops: 0 },
  };
}
