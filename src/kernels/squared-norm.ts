import { ceilDiv, type Kernel } from './kernel.js';

/** Partial results of {@link squaredNorm}: enough threads for a GPU, few enough for one workgroup to add up. */
export const normPartials = (size: number): number => Math.min(4096, ceilDiv(size, 64));

/**
 * Typed face of `shaders/squared_norm.wgsl`: ‖g‖² and the count of non-finite values of `size` floats a trial, in
 * parts.
 */
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
