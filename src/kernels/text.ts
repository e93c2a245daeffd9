import { keyTag, stream } from '../random/streams.js';
import { type Access, ceilDiv, type Kernel } from './kernel.js';

/** Typed face of `shaders/window.wgsl`: inputs and targets [T, B] from `count` tokens cut into streams of `length`. */
export function window({ timeSteps, batch, trials, length, count, mask }: {
  timeSteps: number; batch: number; trials: number; length: number; count: number; mask: boolean;
}): Kernel {
  const bindings: Record<string, Access> = { control: 'read', tokens: 'read', inputs: 'read_write', targets: 'read_write' };
  if (mask) bindings['mask'] = 'read_write';
  return {
    file: 'window.wgsl',
    defines: { T: timeSteps, B: batch, LENGTH: length, COUNT: count, MASK: mask },
    bindings,
    workgroups: [ceilDiv(timeSteps * batch, 64), 1, trials],
    cost: { bytes: 16 * trials * timeSteps * batch, flops: 0 },
  };
}

/** Typed face of `shaders/carry.wgsl`. `size` floats a state (batch × padded units), `blocks` states; strides and offset in floats. */
export function carry({ size, blocks, timeSteps, trials, strideStates, offsetStates, strideBlocks, out }: {
  size: number; blocks: number; timeSteps: number; trials: number; out: boolean;
  strideStates: number; offsetStates: number; strideBlocks: number;
}): Kernel {
  const bindings: Record<string, Access> = out
    ? { states: 'read_write', histories: 'read' }
    : { states: 'read', histories: 'read_write', control: 'read' };
  return {
    file: 'carry.wgsl',
    defines: {
      SIZE: size / 4, BLOCKS: blocks, HISTORY: ((timeSteps + 1) * size) / 4, OUT: out,
      STRIDE_STATES: strideStates / 4, OFFSET: offsetStates / 4, BLOCK_STRIDE: strideBlocks / 4,
    },
    bindings,
    workgroups: [ceilDiv(size / 4, 64), blocks, trials],
    cost: { bytes: 8 * trials * blocks * size, flops: 0 },
  };
}

/** Typed face of `shaders/sample.wgsl`: the next token from logits over `vocabulary`. */
export function sample({ vocabulary, immediates }: { vocabulary: number; immediates: boolean }): Kernel {
  const bindings: Record<string, Access> = {
    logits: 'read', tokens: 'read_write', current: 'read_write', prime: 'read', control: 'read',
  };
  return {
    file: 'sample.wgsl',
    defines: { V: vocabulary, STREAM: stream.sampling, KEY_TAG: keyTag, IMMEDIATES: immediates, TIME_BINDING: 5 },
    bindings,
    workgroups: [1, 1, 1],
    timed: true,
    cost: { bytes: 4 * vocabulary * 3, flops: 8 * vocabulary },
  };
}
