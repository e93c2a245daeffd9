import { type Access, ceilDiv, type Kernel } from './kernel.js';

/** Typed face of `shaders/window.wgsl`: inputs and targets [T, B] from `count` tokens cut into streams of `length`. */
export function window({ timeSteps, batch, trials, length, count, mask }: {
  timeSteps: number; batch: number; trials: number; length: number; count: number; mask: boolean;
}): Kernel {
  const bindings: Record<string, Access> = {
    control: 'read', tokens: 'read', inputs: 'read_write', targets: 'read_write',
  };
  if (mask) bindings['mask'] = 'read_write';
  return {
    file: 'window.wgsl',
    defines: { T: timeSteps, B: batch, LENGTH: length, COUNT: count, MASK: mask },
    bindings,
    workgroups: [ceilDiv(timeSteps * batch, 64), 1, trials],
    cost: { bytes: 16 * trials * timeSteps * batch, flops: 0 },
  };
}
