import { dropoutThreshold } from '../random/philox.js';
import { keyTag, stream } from '../random/streams.js';
import { grid, type Kernel, literal } from './kernel.js';

/**
 * Typed face of `shaders/dropout.wgsl`. `size` floats a trial, of `timeSteps`; `layer` tells masks apart; strides and
 * offset in floats.
 */
export function dropout({ size, timeSteps, share, layer, trials, strideIn, strideOut, offsetIn = 0 }: {
  size: number; timeSteps: number; share: number; layer: number; trials: number; strideIn: number; strideOut: number;
  offsetIn?: number;
}): Kernel {
  return {
    file: 'dropout.wgsl',
    defines: {
      SIZE: size / 4, TIME_STEP: size / 4 / timeSteps, LAYER: layer, STREAM: stream.dropout, KEY_TAG: keyTag,
      THRESHOLD: dropoutThreshold(share), SCALE: literal(1 / (1 - share)),
      STRIDE_IN: strideIn / 4, STRIDE_OUT: strideOut / 4, OFFSET_IN: offsetIn / 4,
    },
    bindings: { in: 'read', out: 'read_write', control: 'read' },
    workgroups: [...grid(size / 4, 64), trials],
    cost: { bytes: 8 * trials * size, flops: trials * size },
  };
}
