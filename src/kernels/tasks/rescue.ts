import { ceilDiv, type Kernel } from '../kernel.js';
import { normPartials } from '../squared-norm.js';

/** Typed face of `shaders/tasks/rescue.wgsl`: a burst gradient, of `size` floats a trial, shrinks W_rec alone. */
export function rescue({ size, from, count, trials }: {
  size: number; from: number; count: number; trials: number;
}): Kernel {
  return {
    file: 'tasks/rescue.wgsl',
    defines: { SIZE: size / 4, FROM: from / 4, END: (from + count) / 4, PARTIALS: normPartials(size) },
    bindings: { gradient: 'read_write', parameters: 'read', partials: 'read' },
    workgroups: [ceilDiv(size / 4, 64), 1, trials],
    cost: { bytes: 12 * trials * size, flops: trials * size },
  };
}
