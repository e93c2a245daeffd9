import { pad4 } from '../model/layout.js';
import { type Access, ceilDiv, type Kernel } from './kernel.js';

/**
 * Typed face of `shaders/probe/gradient_norms.wgsl`: Σ ‖∂L/∂h‖² by lag, [T] a trial `strideSums` floats apart, from
 * `outputs` arrays [T, B, pad4(width)], `strideOutput` floats apart.
 */
export function gradientNorms({ timeSteps, batch, width, trials, outputs, strideOutput, strideSums, reverse, ragged }: {
  timeSteps: number; batch: number; width: number; trials: number; outputs: number; strideOutput: number;
  strideSums: number; reverse: boolean; ragged: boolean;
}): Kernel {
  const bindings: Record<string, Access> = {
    gradient: 'read', sums: 'read_write', ...(ragged ? { control: 'read' } as const : {}),
  };
  return {
    file: 'probe/gradient_norms.wgsl',
    defines: {
      T: timeSteps, B: batch, PITCH: pad4(width) / 4, TRIALS: trials, OUTPUTS: outputs,
      STRIDE_OUTPUT: outputs > 1 ? strideOutput / 4 : 0, STRIDE_SUMS: strideSums, REVERSE: reverse, RAGGED: ragged,
    },
    bindings,
    workgroups: [ceilDiv(timeSteps, 64), 1, trials],
    cost: {
      bytes: 4 * trials * timeSteps * (outputs * batch * width + 1),
      flops: 2 * trials * timeSteps * outputs * batch * width,
    },
  };
}
