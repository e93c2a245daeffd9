import { pad4 } from '../model/layout.js';
import { ceilDiv, type Kernel } from './kernel.js';

/** Typed face of `shaders/lanes.wgsl`: `some` of the `lanes` lanes of each unit, from `first` on. */
export function someLanes({ rows, units, lanes, first, some, trials }: {
  rows: number; units: number; lanes: number; first: number; some: number; trials: number;
}): Kernel {
  const pitch = pad4(units * some);
  const from = pad4(units * lanes);
  return {
    file: 'lanes.wgsl',
    defines: {
      ROWS: rows, UNITS: units, LANES: lanes, FIRST: first, SOME: some,
      PITCH_IN: from, PITCH_OUT: pitch, STRIDE_IN: rows * from, STRIDE_OUT: rows * pitch,
    },
    bindings: { in: 'read', out: 'read_write' },
    workgroups: [ceilDiv(pitch, 8), ceilDiv(rows, 8), trials],
    cost: { bytes: 8 * trials * rows * units * some, flops: 0 },
  };
}
