import type { AdapterDescription } from '../gpu/device.js';
import type { Kernel } from '../kernels/kernel.js';
import type { MatmulTile } from '../kernels/matmul.js';
import type { Driver, RecurrenceTile } from '../kernels/recurrence.js';
import type { Model } from '../model/description.js';
import type { Precision } from '../model/engine.js';
import { cellOf, type RecurrentDescription } from '../model/recurrent.js';
import { holds } from './holds.js';

/**
 * How work is cut for an adapter, by a table or as measured. A choice changes the order of sums, so it depends on the
 * shapes and the adapter alone, never on the number of trials, and checkpoints keep it whole.
 */
export interface Strategy {
  readonly driver: Driver;
  readonly matmul: MatmulTile;
  readonly recurrence: RecurrenceTile;
  /**
   * How the sum over all T·B rows in a weight's gradient is cut, where it is: in parts of `rows` one after the other,
   * or, where the gradient alone has too few threads for a GPU, of at least so many side by side.
   */
  readonly parts?: { readonly rows: number; readonly inTurn: boolean };
  /** Threads that share a column of a bias gradient. */
  readonly columnLanes: 1 | 16;
  /** Work of one dispatch of `sequence`, where so many workgroups run side by side: tens of ms. Changes no sum. */
  readonly sequence: { readonly flops: number; readonly sideBySide: number };
  /** Work of one submit: a browser ends a GPU that does not answer for some seconds. */
  readonly submitFlops: number;
}

/** What a strategy is chosen for. */
export interface Workload {
  readonly model: Model;
  readonly timeSteps: number;
  readonly batch: number;
  /** Of the recurrent weights; float32 where absent. */
  readonly precision?: Precision;
}

// Work of a layer's products over all time up to which `sequence` is the faster: on a CPU its few workgroups leave a
// core idle past that, on a GPU (of one workgroup, which walks through time alone; not measured) it takes too long.
const SOFTWARE_SEQUENCE_FLOPS = 5e7;
const HARDWARE_SEQUENCE_FLOPS = 2e8;

/** Time steps of a dispatch of `sequence`, whose whole kernel is given: stretches of about equal length. */
export function sequenceSteps(
  { sequence: { flops, sideBySide } }: Strategy, { cost, workgroups }: Kernel, timeSteps: number,
): number {
  const atOnce = Math.min(sideBySide, workgroups[1] * workgroups[2]);
  const most = Math.min(timeSteps, Math.max(1, Math.floor((timeSteps * flops * atOnce) / cost.flops)));
  return Math.ceil(timeSteps / Math.ceil(timeSteps / most));
}

/**
 * The table's strategy, with `driver` where that is given: one of all models, or one that `chooseStrategy` (tiles.ts)
 * has found to carry this one.
 */
export function tableStrategy(adapter: AdapterDescription, workload: Workload, driver?: Driver): Strategy {
  const { model } = workload;
  const scans = recurrentLayers(model).length > 0 && !unscannable(model);
  const chosen = driver ?? (scans ? 'scan' : undefined);
  if (!adapter.software) return hardwareStrategy(adapter, workload, chosen);
  const { subgroup, name } = adapter;
  const vectors = subgroup !== undefined && /llvmpipe|lavapipe/i.test(name);
  return vectors ? vectorStrategy(workload, subgroup, chosen) : softwareStrategy(workload, subgroup, chosen);
}

/** The first layer that a scan cannot carry. */
export const unscannable = (model: Model): RecurrentDescription | undefined =>
  recurrentLayers(model).find((layer) => !cellOf(layer, 0).scan);

// Threads that keep a GPU busy.
const MANY_THREADS = 65_536;

/** Parts that the sum over `k` rows in the gradient of a weight [m, n] is cut into. */
export function gradientParts({ parts, matmul }: Strategy, m: number, n: number, k: number): number {
  if (!parts) return 1;
  if (parts.inTurn) return Math.ceil(k / parts.rows);
  const threads = Math.ceil(m / matmul.rows) * Math.ceil(n / (4 * matmul.columns));
  return Math.max(1, Math.min(Math.floor(k / parts.rows), Math.ceil(MANY_THREADS / threads)));
}

// Measured on SwiftShader (bench/NOTES.md): registers are memory there, so large blocks win; a barrier costs µs for
// every four invocations; two workgroups keep two cores busy; threads of a subgroup load for one another.
function softwareStrategy(workload: Workload, subgroup?: number, driver?: Driver): Strategy {
  const lanes = subgroup === undefined ? {} : { subgroup };
  return {
    driver: driver ?? (sequenceFlops(workload, workload.batch) <= SOFTWARE_SEQUENCE_FLOPS ? 'sequence' : 'step'),
    matmul: { rows: 16, columns: subgroup === undefined ? 2 : 1, ...lanes }, // a quarter of the code to compile
    recurrence: { rows: workload.batch >= 16 ? 8 : 4, quad: true, width: 8, ...lanes },
    columnLanes: 1,
    sequence: { flops: 1e8, sideBySide: 1 }, // 3 GFLOP/s of the whole adapter
    submitFlops: 1.5e10,
  };
}

// Measured on lavapipe, whose subgroup is a vector register of the CPU: loads are what costs, so that threads load for
// one another; compilation goes with the length of the code, so tiles are small; parts of 256 rows stay in the cache.
function vectorStrategy(workload: Workload, subgroup: number, driver?: Driver): Strategy {
  return {
    driver: driver ?? (sequenceFlops(workload, workload.batch) <= SOFTWARE_SEQUENCE_FLOPS ? 'sequence' : 'step'),
    matmul: { rows: 16, columns: 1, subgroup },
    recurrence: {
      rows: workload.batch >= 32 ? 16 : 8, quad: largestUnits(workload.model) <= 4, width: subgroup, subgroup,
    },
    parts: { rows: 256, inTurn: true },
    columnLanes: 1,
    sequence: { flops: 2e8, sideBySide: 1 }, // 5 to 15 GFLOP/s of the whole adapter
    submitFlops: 5e10,
  };
}

// Not measured yet: enough threads to hide latency, blocks that fit a GPU's registers. In `sequence` one workgroup
// reads all recurrent weights each step, which pays while they stay in its cache; where they fit it holds them.
function hardwareStrategy(adapter: AdapterDescription, workload: Workload, driver?: Driver): Strategy {
  const held = holds(adapter, workload.model, 'f32') ? { held: 'f32' } as const : {};
  const recurrence: RecurrenceTile = { rows: 2, quad: false, width: 64, chunks: 8, ...held };
  const fits = largestUnits(workload.model) <= 128 &&
    sequenceFlops(workload, recurrence.rows) <= HARDWARE_SEQUENCE_FLOPS;
  return {
    driver: driver ?? (fits ? 'sequence' : 'step'),
    matmul: { rows: 8, columns: 1 },
    recurrence,
    parts: { rows: 256, inTurn: false },
    columnLanes: 16,
    sequence: { flops: 1e8, sideBySide: 16 }, // a workgroup walks through time alone
    submitFlops: 1e11,
  };
}

export const recurrentLayers = ({ layers }: Model): RecurrentDescription[] =>
  layers.filter((layer) => layer.kind === 'recurrent');
const largestUnits = (model: Model): number => Math.max(0, ...recurrentLayers(model).map(({ units }) => units));

/** Of the largest layer's recurrent products, in one direction. */
const sequenceFlops = ({ model, timeSteps }: Workload, rows: number): number =>
  Math.max(0, ...recurrentLayers(model).map((layer) => timeSteps * rows * stepFlops(layer)));

function stepFlops(layer: RecurrentDescription): number {
  const cell = cellOf(layer, layer.layers - 1);
  const lanes = cell.phases.reduce((sum, phase) => sum + phase.products.length * phase.lanes, 0);
  return (2 * lanes + (cell.normed ? 6 : 0)) * layer.units ** 2;
}
