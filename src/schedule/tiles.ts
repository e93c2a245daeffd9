import type { AdapterDescription } from '../gpu/device.js';
import type { MatmulTile } from '../kernels/matmul.js';
import type { Driver, RecurrenceTile } from '../kernels/recurrence.js';
import type { Model } from '../model/description.js';

/**
 * How work is cut for an adapter. A choice changes the order of sums, so it depends on the shapes and the adapter
 * alone, never on the number of trials, and the driver is kept in checkpoints.
 */
export interface Strategy {
  readonly driver: Driver;
  readonly matmul: MatmulTile;
  readonly recurrence: RecurrenceTile;
  /** Threads that share a column of a bias gradient. */
  readonly columnLanes: 1 | 16;
}

/** What a strategy is chosen for. */
export interface Workload { readonly model: Model; readonly timeSteps: number; readonly batch: number }

// A `sequence` dispatch with more work than this could run past a browser's patience with one dispatch.
const LONGEST_SEQUENCE_FLOPS = 2e9;

/** The strategy for an adapter and a workload; `driver` is the caller's choice, else this table's. */
export function chooseStrategy({ software }: AdapterDescription, workload: Workload, driver?: Driver): Strategy {
  return software ? softwareStrategy(workload, driver) : hardwareStrategy(workload, driver);
}

// Measured on SwiftShader (bench/NOTES.md): registers are memory there, so large blocks win; a barrier costs µs for
// every four invocations; two workgroups keep two cores busy.
function softwareStrategy(workload: Workload, driver?: Driver): Strategy {
  return {
    driver: driver ?? (sequenceFlops(workload) <= LONGEST_SEQUENCE_FLOPS ? 'sequence' : 'step'),
    matmul: { rows: 16, columns: 2 },
    recurrence: { rows: workload.batch >= 16 ? 8 : 4, quad: true, width: 8 },
    columnLanes: 1,
  };
}

// Not measured yet: enough threads to hide latency, blocks that fit a GPU's registers. In `sequence` one workgroup
// reads all recurrent weights each step, which pays while they stay in its cache.
function hardwareStrategy(workload: Workload, driver?: Driver): Strategy {
  return {
    driver: driver ?? (largestUnits(workload.model) <= 128 ? 'sequence' : 'step'),
    matmul: { rows: 8, columns: 1 },
    recurrence: { rows: 2, quad: false, width: 64 },
    columnLanes: 16,
  };
}

const recurrentUnits = ({ layers }: Model): number[] => layers.flatMap((layer) => (layer.kind === 'recurrent' ? [layer.units] : []));
const largestUnits = (model: Model): number => Math.max(0, ...recurrentUnits(model));
const sequenceFlops = ({ model, timeSteps, batch }: Workload): number => 8 * timeSteps * batch * largestUnits(model) ** 2;
