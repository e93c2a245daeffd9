import { pad4 } from '../model/layout.js';
import type { Kernel } from './kernel.js';

/** Threads that share a lane, whose sums are left apart. */
export const GATE_THREADS = 64;

/** Typed face of `shaders/probe/gate_sums.wgsl`: how open the gates of the first trial are, [lanes, 64] vec4f. */
export function gateSums({ timeSteps, batch, units, lanes, trials }: {
  timeSteps: number; batch: number; units: number; lanes: number; trials: number;
}): Kernel {
  const count = timeSteps * batch * units * lanes;
  return {
    file: 'probe/gate_sums.wgsl',
    defines: {
      T: timeSteps, B: batch, H: units, L: lanes, TRIALS: trials, PITCH: pad4(units * lanes), THREADS: GATE_THREADS,
    },
    bindings: { gates: 'read', sums: 'read_write', control: 'read' },
    workgroups: [lanes, 1, 1],
    cost: { bytes: 4 * count, flops: 4 * count },
  };
}
