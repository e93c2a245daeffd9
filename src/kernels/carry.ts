import { type Access, ceilDiv, type Kernel } from './kernel.js';

export interface CarryShape {
  /** Floats of a state: batch × padded units. */
  readonly size: number;
  /** Carried states of all layers and directions, and of one of them; histories of one of them. */
  readonly blocks: number;
  readonly carried: number;
  readonly histories: number;
  readonly directions: 1 | 2;
  readonly timeSteps: number;
  readonly trials: number;
  /** In floats: from one trial's states to the next's, where they begin, from one history to the next. */
  readonly strideStates: number;
  readonly offsetStates: number;
  readonly strideBlocks: number;
}

/** Typed face of `shaders/carry.wgsl`. */
export function carry(shape: CarryShape & { readonly out: boolean }): Kernel {
  const { size, blocks, timeSteps, trials, strideStates, offsetStates, strideBlocks, out } = shape;
  const bindings: Record<string, Access> = out
    ? { states: 'read_write', histories: 'read' }
    : { states: 'read', histories: 'read_write', control: 'read' };
  return {
    file: 'carry.wgsl',
    defines: {
      SIZE: size / 4, HISTORY: ((timeSteps + 1) * size) / 4, OUT: out,
      STRIDE_STATES: strideStates / 4, OFFSET: offsetStates / 4, BLOCK_STRIDE: strideBlocks / 4,
      CARRIED: shape.carried, HISTORIES: shape.histories, DIRECTIONS: shape.directions,
    },
    bindings,
    workgroups: [ceilDiv(size / 4, 64), blocks, trials],
    cost: { bytes: 8 * trials * blocks * size, flops: 0 },
  };
}
