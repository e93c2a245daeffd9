import { pad4 } from '../model/layout.js';
import { type Access, ceilDiv, type Kernel } from './kernel.js';

/** Typed face of `shaders/cross_entropy.wgsl`: losses of `rows` rows over `vocabulary` classes, gradient in place. */
export function crossEntropy({ rows, vocabulary, trials, gradient, mask }: {
  rows: number; vocabulary: number; trials: number; gradient: boolean; mask: boolean;
}): Kernel {
  const pitch = pad4(vocabulary) / 4;
  const bindings: Record<string, Access> = {
    logits: gradient ? 'read_write' : 'read', targets: 'read', loss: 'read_write',
  };
  if (mask) Object.assign(bindings, { mask: 'read', count: 'read' });
  return {
    file: 'cross_entropy.wgsl',
    defines: { V: vocabulary, ROWS: rows, PITCH: pitch, STRIDE_LOGITS: rows * pitch, GRADIENT: gradient, MASK: mask },
    bindings,
    workgroups: [ceilDiv(rows, 64), 1, trials],
    cost: {
      bytes: 4 * trials * rows * (2 + vocabulary * (gradient ? 2 : 1)),
      flops: trials * rows * vocabulary * (gradient ? 6 : 3),
    },
  };
}
