import type { Cell } from '../cells/index.js';
import { pad4 } from '../model/layout.js';
import { type Access, ceilDiv, fittingWidth, type Kernel } from './kernel.js';

/** How a cell is carried through time: a dispatch a time step, or one dispatch for all of them. */
export type Driver = 'step' | 'sequence';

/** What one thread owns: `rows` batch rows of one unit, or of four neighbouring units (`quad`). */
export interface RecurrenceTile { readonly rows: number; readonly quad: boolean; readonly width: number }

/** A recurrent layer's pass over time, one a trial. Strides (one trial to the next) are in floats. */
export interface RecurrenceShape {
  readonly cell: Cell;
  readonly timeSteps: number;
  readonly batch: number;
  readonly units: number;
  readonly trials: number;
  /** Stride of the flat parameters, in which the recurrent weights lie. */
  readonly strideParameters: number;
  readonly tile: RecurrenceTile;
  /** Immediates carry the time index; else a uniform does. */
  readonly immediates: boolean;
}

/** Bindings of the drivers forward, and backward. */
export const FORWARD: Record<string, Access> = {
  gates: 'read_write', recurrent: 'read', hidden: 'read_write', cell: 'read_write',
};
export const BACKWARD: Record<string, Access> = {
  gates: 'read_write', transposed: 'read', d_output: 'read', cell: 'read', d_cell: 'read_write',
};

/** What the typed faces of all drivers share. */
export function recurrence(file: string, shape: RecurrenceShape, bindings: Record<string, Access>): Kernel {
  const { cell, timeSteps, batch, units, trials, tile, immediates } = shape;
  const timed = file.includes('/step');
  const padded = pad4(units);
  const blocks = tile.quad ? padded / 4 : units;
  const rows = Math.min(tile.rows, batch);
  const rowBlocks = ceilDiv(batch, rows);
  const width = timed
    ? fittingWidth(blocks, Math.min(4, tile.width), tile.width)
    : powerOfTwo(Math.min(blocks, tile.width));
  const height = timed ? Math.max(1, tile.width / width) : 1;
  const steps = timed ? 1 : timeSteps;
  const lanes = cell.lanes;
  return {
    file,
    defines: {
      CELL: cell.name, T: timeSteps, B: batch, H: units, ROWS: rows, BLOCKS: blocks,
      QUAD: tile.quad, UNITS: tile.quad ? 4 : 1, TILE: rows * (tile.quad ? 4 : 1),
      STRIDE_RECURRENT: shape.strideParameters / lanes,
      STRIDE_TRANSPOSED: units * units, STRIDE_GATES: timeSteps * batch * units,
      STRIDE_HISTORY: ((timeSteps + 1) * batch * padded) / 4, STRIDE_OUTPUT: (timeSteps * batch * padded) / 4,
      WORKGROUP_X: width, WORKGROUP_Y: height, IMMEDIATES: immediates, TIME_BINDING: Object.keys(bindings).length,
    },
    bindings,
    workgroups: timed ? [ceilDiv(blocks, width), ceilDiv(rowBlocks, height), trials] : [1, rowBlocks, trials],
    ...(timed ? { timed } : {}),
    cost: {
      bytes: 4 * trials * (lanes * units * units + steps * batch * units * (2 * lanes + 4)),
      flops: trials * steps * batch * units * (2 * lanes * units + 30),
    },
  };
}

const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, n)));
