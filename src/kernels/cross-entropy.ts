import { pad4 } from '../model/layout.js';
import { type Access, ceilDiv, type Kernel } from './kernel.js';

/** Rows among those of a window: how many that has, how losses are kept, and whether to add to what is there. */
export interface PartOfWindow { readonly total: number; readonly stride: number; readonly adds: boolean }

/**
 * Typed face of `shaders/cross_entropy.wgsl`: losses of `rows` rows over `vocabulary` classes, gradient in place. With
 * `part` the rows are some of a `total`, and their losses lie `stride` floats from one trial to the next.
 */
export function crossEntropy({ rows, vocabulary, trials, gradient, mask, part }: {
  rows: number; vocabulary: number; trials: number; gradient: boolean; mask: boolean;
  part?: PartOfWindow;
}): Kernel {
  const pitch = pad4(vocabulary) / 4;
  const bindings: Record<string, Access> = {
    logits: gradient ? 'read_write' : 'read', targets: 'read', loss: 'read_write',
  };
  if (mask) Object.assign(bindings, { mask: 'read', count: 'read' });
  return {
    file: 'cross_entropy.wgsl',
    defines: {
      V: vocabulary, ROWS: rows, PITCH: pitch, STRIDE_LOGITS: rows * pitch, GRADIENT: gradient, MASK: mask,
      TOTAL: part?.total ?? rows, STRIDE_LOSS: part?.stride ?? rows, ADDS: part?.adds ?? false,
    },
    bindings,
    workgroups: [ceilDiv(rows, 64), 1, trials],
    cost: {
      bytes: 4 * trials * rows * (2 + vocabulary * (gradient ? 2 : 1)),
      flops: trials * rows * vocabulary * (gradient ? 6 : 3),
    },
  };
}
