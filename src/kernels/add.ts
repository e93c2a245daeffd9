import { grid, type Kernel } from './kernel.js';

/** Typed face of `shaders/add.wgsl`: adds `size` floats a trial to others. */
export function add({ size, trials }: { size: number; trials: number }): Kernel {
  return {
    file: 'add.wgsl',
    defines: { SIZE: size / 4 },
    bindings: { sum: 'read_write', x: 'read' },
    workgroups: [...grid(size / 4, 64), trials],
    cost: { bytes: 12 * trials * size, flops: trials * size },
  };
}
