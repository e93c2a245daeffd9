import { type Access, ceilDiv, type Kernel } from './kernel.js';

/** Rows of `pitch` floats, from `start` on in a trial's part of `stride`; the columns begin at `offset`. */
export interface Stretch {
  readonly stride: number; readonly start: number; readonly pitch: number; readonly offset: number;
}

/** Typed face of `shaders/columns.wgsl`: `width` columns of [T·B] rows, zeros after them up to `span`. */
export function columns({ timeSteps, batch, trials, width, span, from, to, ragged }: {
  timeSteps: number; batch: number; trials: number; width: number; span: number; from: Stretch; to: Stretch;
  ragged: boolean;
}): Kernel {
  const rows = timeSteps * batch;
  const bindings: Record<string, Access> = {
    in: 'read', out: 'read_write', ...(ragged ? { control: 'read' } as const : {}),
  };
  return {
    file: 'columns.wgsl',
    defines: {
      B: batch, ROWS: rows, TRIALS: trials, WIDTH: width, SPAN: span, RAGGED: ragged,
      STRIDE_IN: from.stride, START_IN: from.start, PITCH_IN: from.pitch, OFFSET_IN: from.offset,
      STRIDE_OUT: to.stride, START_OUT: to.start, PITCH_OUT: to.pitch, OFFSET_OUT: to.offset,
    },
    bindings,
    workgroups: [ceilDiv(span, 8), ceilDiv(rows, 8), trials],
    cost: { bytes: 4 * trials * rows * (width + span), flops: 0 },
  };
}
