import { type Access, ceilDiv, type Kernel } from './kernel.js';

/**
 * Typed face of `shaders/carry.wgsl`. `size` floats a state (batch × padded units), `blocks` states; strides and offset
 * in floats.
 */
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
      SIZE: size / 4, HISTORY: ((timeSteps + 1) * size) / 4, OUT: out,
      STRIDE_STATES: strideStates / 4, OFFSET: offsetStates / 4, BLOCK_STRIDE: strideBlocks / 4,
    },
    bindings,
    workgroups: [ceilDiv(size / 4, 64), blocks, trials],
    cost: { bytes: 8 * trials * blocks * size, flops: 0 },
  };
}
