import { pad4 } from '../model/layout.js';
import { ceilDiv, type Kernel } from './kernel.js';
import { block, forward, type RecurrenceShape } from './recurrence.js';

/**
 * Typed face of `shaders/recurrence/initial_dropout.wgsl`: the mask of recurrent dropout on the initial hidden state.
 */
export function initialDropout(shape: RecurrenceShape): Kernel {
  const kernel = forward({ file: 'recurrence/initial_dropout.wgsl', pace: 'none' }, shape, 0);
  const { batch, units, trials } = shape;
  const wide = pad4(units) / block(shape).units;
  return {
    ...kernel,
    defines: { ...kernel.defines, WORKGROUP_X: 8, WORKGROUP_Y: 8 },
    workgroups: [ceilDiv(wide, 8), ceilDiv(batch, 8), trials],
    cost: { bytes: 8 * trials * batch * units, flops: trials * batch * units },
  };
}
