import type { AdapterDescription } from '../gpu/device.js';
import type { MatmulTile } from '../kernels/matmul.js';
import type { Driver, RecurrenceTile } from '../kernels/recurrence.js';

/**
 * How work is cut for an adapter. A choice changes the order of sums, so it depends on the shapes and the adapter
 * alone, never on the number of trials, and it is kept in checkpoints.
 */
export interface Strategy {
  readonly driver: Driver;
  readonly matmul: MatmulTile;
  readonly forward: RecurrenceTile;
  readonly backward: RecurrenceTile;
  /** Threads that share a column of a bias gradient. */
  readonly columnLanes: 1 | 16;
}

// Measured on SwiftShader (bench/NOTES.md): registers are memory there, so large blocks win, and few threads are enough.
const SOFTWARE: Omit<Strategy, 'driver'> = {
  matmul: { rows: 16, columns: 2 },
  forward: { rows: 8, quad: true, width: 16 },
  backward: { rows: 8, quad: true, width: 16 },
  columnLanes: 1,
};

// Not measured yet: enough threads to hide latency, blocks that fit the registers of a GPU.
const HARDWARE: Omit<Strategy, 'driver'> = {
  matmul: { rows: 8, columns: 1 },
  forward: { rows: 2, quad: false, width: 64 },
  backward: { rows: 2, quad: false, width: 64 },
  columnLanes: 16,
};

/** The strategy for an adapter; `driver` is the caller's choice or this table's. */
export function chooseStrategy({ software }: AdapterDescription, driver?: Driver): Strategy {
  return { driver: driver ?? 'step', ...(software ? SOFTWARE : HARDWARE) };
}
