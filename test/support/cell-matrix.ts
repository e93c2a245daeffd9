// Every cell beside every option of a layer, every driver and every way to cut the work: the rows of
// test/gpu/cells.test.ts. Feasible is what the library's own constructors and checks accept.
import { type CellOptions, cells } from '../../src/cells/index.js';
import { DRIVERS, type Driver } from '../../src/kernels/recurrence.js';
import {
  embedding, input, linear, type LayerDescription, type Model, oneHot, sequential,
} from '../../src/model/description.js';
import { checkNetworkInput, type NetworkInput } from '../../src/model/network.js';
import { type Bias, recurrent } from '../../src/model/recurrent.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { holds } from '../../src/schedule/held.js';
import { chooseStrategy, type Strategy } from '../../src/schedule/tiles.js';
import { adapterKinds, adapters, type AdapterKind, cutSmall } from './kernel-case.js';
import { type Factors, pairwise } from './pairwise.js';

export interface CellRow {
  readonly cell: string;
  /** Which of the options of its own: none, or one of {@link ownOptions}. */
  readonly own: 0 | 1 | 2 | 3;
  readonly units: number;
  readonly batch: number;
  readonly timeSteps: number;
  readonly input: 'values 1' | 'values 6' | 'oneHot' | 'embedding';
  readonly layers: 'one' | 'two' | 'three' | 'two with dropout';
  readonly bidirectional: boolean;
  readonly bias: Bias;
  readonly recurrentDropout: boolean;
  /** Drawn at a training step for both states, or the cell alone; the mean outside training. */
  readonly zoneout: 'none' | 'drawn' | 'cell drawn' | 'mean';
  readonly ragged: boolean;
  /** `carry`: those after the window before; `reset`: the same, but for one row. */
  readonly states: 'zero' | 'given' | 'carry' | 'reset';
  /** Gradients of the final states are given. */
  readonly stateGradients: boolean;
  readonly linear: boolean;
  /** `held`: `sequence` with the recurrent weights in workgroup memory, see {@link heldRows}. */
  readonly driver: Driver | 'held';
  readonly tiles: AdapterKind;
  readonly immediates: boolean;
}

export const VOCABULARY = 7;
/** The training step whose masks are drawn. */
export const STEP = 11;

/** Options of a cell's own that are worth a look beside none. */
const ownOptions: Readonly<Record<string, readonly CellOptions[]>> = {
  'lstm-peephole': [{ peepholes: [] }, { peepholes: ['input'] }, { peepholes: ['forget', 'output'] }],
  'lstm-fgr': [{ peepholes: [] }],
  'lstm-cifg': [{ peepholes: ['output'] }],
  'lstm-1997': [{ size: 2 }, { size: 3 }, { size: 2, truncated: true }],
  clockwork: [{ modules: 1 }, { modules: 3 }],
  'lstm-projected': [{ projection: 1 }, { projection: 5 }],
};

/** A row's options of the cell's own; undefined where the cell has no so many. */
export const optionsOf = ({ cell, own }: Pick<CellRow, 'cell' | 'own'>): CellOptions | undefined =>
  [{}, ...ownOptions[cell] ?? []][own];

/** Everything, for `npm run test:full`. */
export const allFactors: Factors<CellRow> = {
  cell: ['lstm', ...Object.keys(cells).filter((name) => name !== 'lstm')], // nearly everything goes with the first
  own: [0, 1, 2, 3],
  units: [8, 1, 3, 5, 17, 33],
  batch: [2, 1, 5, 9],
  timeSteps: [2, 1, 5, 7],
  input: ['values 6', 'values 1', 'oneHot', 'embedding'],
  layers: ['two', 'one', 'three', 'two with dropout'], // a wavefront has two at least
  bidirectional: [false, true],
  bias: ['input', 'both', 'gates', 'none'],
  recurrentDropout: [false, true],
  zoneout: ['none', 'drawn', 'cell drawn', 'mean'],
  ragged: [false, true],
  states: ['given', 'zero', 'carry', 'reset'],
  stateGradients: [true, false],
  linear: [true, false],
  driver: DRIVERS,
  tiles: adapterKinds,
  immediates: [true, false],
};

/**
 * What `npm test` has time for: a row takes one to two seconds, most of it to compile shaders, and there are about
 * as many as cells times the values of the longest other factor.
 */
export const quickFactors: Factors<CellRow> = {
  ...allFactors, units: [8, 1, 17], batch: [2, 1, 5], timeSteps: [2, 1, 5], input: ['values 6', 'oneHot', 'embedding'],
  zoneout: ['none', 'drawn', 'mean'], states: ['given', 'carry', 'reset'], // the window before begins with zeros
};

const INPUTS: Readonly<Record<CellRow['input'], () => LayerDescription>> = {
  'values 1': () => input(1), 'values 6': () => input(6), oneHot: () => oneHot(VOCABULARY),
  embedding: () => embedding(VOCABULARY, 5),
};

const LAYERS = { one: 1, two: 2, three: 3, 'two with dropout': 2 } as const;

const ZONEOUT = { none: 0, drawn: 0.3, 'cell drawn': { cell: 0.4 }, mean: 0.3 } as const;

/** @throws RangeError where the options do not go together */
export function modelOf(row: CellRow): Model {
  const { cell, units, bidirectional, bias } = row;
  const own = optionsOf(row);
  if (!own) throw new RangeError(`${cell} has no options ${row.own}`);
  return sequential([
    INPUTS[row.input](),
    recurrent(cell, units, {
      ...own, layers: LAYERS[row.layers], dropout: row.layers === 'two with dropout' ? 0.4 : 0,
      bidirectional, bias, zoneout: ZONEOUT[row.zoneout], recurrentDropout: row.recurrentDropout ? 0.3 : 0,
    }),
    ...(row.linear ? [linear(3)] : []),
  ]);
}

/** Whether masks are drawn. */
export const draws = ({ layers, recurrentDropout, zoneout }: CellRow): boolean =>
  layers === 'two with dropout' || recurrentDropout || zoneout.endsWith('drawn');

/** What of a window's input carries states. */
export const carriedOf = ({ states, batch }: CellRow): Pick<NetworkInput, 'states' | 'reset'> => ({
  ...(states === 'carry' || states === 'reset' ? { states: 'carry' } : {}),
  ...(states === 'reset' ? { reset: Array.from({ length: batch }, (_, b) => b === batch - 1) } : {}),
});

/**
 * How the work is cut on each kind of adapter; but products in small tiles and parts, which compile fast and are
 * there for few rows: all tiles have tests of their own (test/gpu/matmul.test.ts).
 * @throws RangeError where the driver cannot carry the cell
 */
export function strategyOf({ tiles, driver, timeSteps, batch }: CellRow, model: Model): Strategy {
  const held = driver === 'held';
  const { recurrence: { held: _, ...tile }, ...rest } = chooseStrategy(
    adapters[tiles], { model, timeSteps, batch }, held ? 'sequence' : driver);
  return cutSmall({ ...rest, recurrence: held ? { ...tile, held: 'f32' } : tile });
}

/** Whether the library takes a row, and the row shows what it says. */
function feasible(row: CellRow): boolean {
  if (row.zoneout === 'mean' && draws(row)) return false;
  try {
    const { timeSteps, batch } = row;
    const model = modelOf(row);
    strategyOf(row, model);
    const width = row.input === 'values 6' ? 6 : 1;
    checkNetworkInput(model, { timeSteps, batch }, {
      inputs: new Float32Array(timeSteps * batch * width), ...carriedOf(row),
    });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** A row under the name by which it can be run alone. */
export interface NamedRow { readonly id: string; readonly seed: number; readonly row: CellRow }

let quickRows: NamedRow[] | undefined;

/** A covering array of the quick factors: each two values that go together are side by side in some row. */
export function pairwiseRows(): NamedRow[] {
  quickRows ??= pairwise(quickFactors, feasible, new CounterRandom(1, 0))
    .map((row, i) => ({ id: `row ${i}`, seed: 7000 + i, row }));
  return quickRows;
}

/** For each cell a covering array of all else: any three values, one of them a cell, are side by side. */
export const fullRows = (): NamedRow[] => allFactors.cell.flatMap((cell, c) =>
  pairwise({ ...allFactors, cell: [cell] }, feasible, new CounterRandom(1, c))
    .map((row, i) => ({ id: `row ${cell} ${i}`, seed: 1000 * c + i, row })));

/** Drivers that any cell can have, and that must agree bit for bit. */
const anyCell: readonly CellRow['driver'][] = ['step', 'sequence'];

/** The first row of each cell of the catalogue, with one of those drivers. */
export const oneRowEach = (rows: readonly NamedRow[]): NamedRow[] => Object.keys(cells)
  .flatMap((name) => rows.filter(({ row }) => row.cell === name && anyCell.includes(row.driver)).slice(0, 1));

/**
 * The first small row of each cell that has recurrent weights, these in workgroup memory: SwiftShader takes ms to
 * compile each vec4f of it.
 */
export const heldRows = (rows: readonly NamedRow[]): NamedRow[] => Object.keys(cells)
  .flatMap((name) => rows.filter(({ row }) => row.cell === name && row.driver !== 'scan' && row.units <= 8 &&
    holds(adapters[row.tiles], modelOf(row), 'f32')).slice(0, 1))
  .map(({ id, seed, row }) => ({ id: `${id} held`, seed, row: { ...row, driver: 'held' } }));

/** The first row of each cell with each driver. */
export function oneRowEachDriver(rows: readonly NamedRow[]): NamedRow[] {
  const first = new Map<string, NamedRow>();
  for (const named of rows) {
    const key = `${named.row.cell} ${named.row.driver}`;
    if (!first.has(key)) first.set(key, named);
  }
  return [...first.values()];
}

export { feasible as isFeasible };
