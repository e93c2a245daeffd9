import { ceilDiv, type Kernel } from '../kernel.js';

/** Typed face of `shaders/tasks/judge.wgsl`: what came of each sequence; `end`: by the last target alone. */
export function judge({ timeSteps, batch, trials, end, immediates }: {
  timeSteps: number; batch: number; trials: number; end: boolean; immediates: boolean;
}): Kernel {
  return {
    file: 'tasks/judge.wgsl',
    defines: { T: timeSteps, B: batch, TRIALS: trials, END: end, IMMEDIATES: immediates, TIME_BINDING: 3 },
    bindings: { errors: 'read', loss: 'read', outcomes: 'read_write' },
    workgroups: [ceilDiv(batch, 64), 1, trials],
    timed: true,
    cost: { bytes: 4 * trials * batch * (5 * timeSteps + 4), flops: 5 * trials * batch * timeSteps },
  };
}
