import { ceilDiv, type Kernel } from './kernel.js';
import { block, forward, type RecurrenceShape } from './recurrence.js';

/** Typed face of `shaders/recurrence/scan.wgsl`: all time steps of a cell whose gates see the input alone. */
export const scan = (shape: RecurrenceShape): Kernel =>
  scanned(forward({ file: 'recurrence/scan.wgsl', pace: 'none' }, shape, 0), shape);

/** Cuts a driver's kernel for one phase into blocks of units, rows and stretches of time. */
export function scanned(kernel: Kernel, shape: RecurrenceShape): Kernel {
  const { timeSteps, batch, trials, units, tile } = shape;
  const blocks = ceilDiv(units, block(shape).units);
  const chunks = Math.min(tile.chunks ?? 1, timeSteps);
  const width = Math.max(1, Math.min(blocks, Math.floor(tile.width / chunks)));
  return {
    ...kernel,
    defines: {
      ...kernel.defines, FIRST_PHASE: 0, END_PHASE: 0, WORKGROUP_X: width, CHUNKS: chunks, MANY_CHUNKS: chunks > 1,
    },
    workgroups: [ceilDiv(blocks, width), batch, trials],
    cost: { bytes: timeSteps * kernel.cost.bytes, flops: timeSteps * kernel.cost.flops },
  };
}
