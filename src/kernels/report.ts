import { RING } from './control.js';
import type { Access, Kernel } from './kernel.js';
import { normPartials } from './squared-norm.js';

/**
 * Typed face of `shaders/report.wgsl`: the sum of `rows` losses, and the norm of a gradient of `normed` floats
 * (0: none). `sideBySide`: 64 threads, or one; the bits are the same.
 */
export function report(
  { rows, normed, trials, sideBySide }: { rows: number; normed: number; trials: number; sideBySide: boolean },
): Kernel {
  const partials = normed > 0 ? normPartials(normed) : 0;
  const bindings: Record<string, Access> = { loss: 'read', results: 'read_write', control: 'read' };
  if (partials > 0) bindings['partials'] = 'read';
  return {
    file: 'report.wgsl',
    defines: { ROWS: rows, NORM: partials > 0, PARTIALS: partials, RING, SIDE_BY_SIDE: sideBySide },
    bindings,
    workgroups: [1, 1, trials],
    cost: { bytes: 4 * trials * (rows + 2 * partials), flops: trials * (rows + 2 * partials) },
  };
}
