import { grid, type Kernel } from '../kernel.js';

/** Typed face of `shaders/tasks/take.wgsl`: row `time` of a block of rows of `size` words. */
export function take({ size, immediates }: { size: number; immediates: boolean }): Kernel {
  return {
    file: 'tasks/take.wgsl',
    defines: { SIZE: size / 4, IMMEDIATES: immediates, TIME_BINDING: 2 },
    bindings: { block: 'read', now: 'read_write' },
    workgroups: [...grid(size / 4, 64), 1],
    timed: true,
    cost: { bytes: 8 * size, flops: 0 },
  };
}
