import { pad4 } from '../../model/layout.js';
import { type Access, ceilDiv, type Kernel, literal } from '../kernel.js';

/** Rows of outputs: where they begin, from one to the next, and from one trial to the next, in floats. */
export interface OutputRows { readonly start: number; readonly pitch: number; readonly stride: number }

/** What a task asks of its outputs; see `Problem` (src/tasks/task.ts). */
export interface TaskLoss {
  readonly outputs: number;
  readonly loss: 'softmax' | 'sigmoid' | 'linear' | 'logistic';
  readonly target: 'class' | 'values';
  readonly judge: { readonly kind: 'largest' | 'legal' } | { readonly kind: 'error'; readonly bound: number };
}

/** Typed face of `shaders/tasks/loss.wgsl`: losses and errors of `rows` rows, with `gradient` ∂loss/∂outputs too. */
export function taskLoss({ rows, batch, trials, outputs: width, loss, target, judge, gradient, at }: TaskLoss & {
  rows: number; batch: number; trials: number; gradient: boolean; at: OutputRows;
}): Kernel {
  const legal = judge.kind === 'legal';
  const bindings: Record<string, Access> = {
    outputs: 'read', targets: 'read', weights: 'read', loss: 'read_write', errors: 'read_write',
    ...(gradient ? { gradient: 'read_write' } as const : {}), ...(legal ? { legal: 'read' } as const : {}),
  };
  return {
    file: 'tasks/loss.wgsl',
    defines: {
      V: width, ROWS: rows, B: batch, COLUMNS: pad4(width) / 4,
      START: at.start / 4, PITCH: at.pitch / 4, STRIDE: at.stride / 4,
      CLASSES: target === 'class', GRADIENT: gradient, SOFTMAX: loss === 'softmax', SIGMOID: loss === 'sigmoid',
      LOGISTIC: loss === 'logistic',
      LEGAL: legal, AT_LEGAL: gradient ? 6 : 5,
      BOUNDED: judge.kind === 'error', BOUND: literal(judge.kind === 'error' ? judge.bound : 0),
    },
    bindings,
    workgroups: [ceilDiv(rows, 64), 1, trials],
    cost: { bytes: 4 * trials * rows * (6 + width * (gradient ? 3 : 2)), flops: 10 * trials * rows * width },
  };
}
