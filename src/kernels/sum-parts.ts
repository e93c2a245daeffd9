import { grid, type Kernel } from './kernel.js';

/**
 * Typed face of `shaders/sum_parts.wgsl`: parts [trials, parts, size] → sum [trials, size], one trial's `strideSum`
 * floats from the next's.
 */
export function sumParts(
  { size, parts, trials, strideSum }: { size: number; parts: number; trials: number; strideSum: number },
): Kernel {
  return {
    file: 'sum_parts.wgsl',
    defines: { SIZE: size / 4, PARTS: parts, STRIDE: strideSum / 4 },
    bindings: { parts: 'read', sum: 'read_write' },
    workgroups: [...grid(size / 4, 64), trials],
    cost: { bytes: 4 * trials * (parts + 1) * size, flops: trials * parts * size },
  };
}
