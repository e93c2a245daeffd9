import type { AdapterDescription } from '../gpu/device.js';
import type { MatmulTile } from '../kernels/matmul.js';
import { DRIVERS, type RecurrenceTile } from '../kernels/recurrence.js';
import { holds } from './held.js';
import { recurrentLayers, type Strategy, unscannable, unstackable, type Workload } from './tiles.js';

/** Another cut of the work, in words and as what it changes. */
export interface Candidate { readonly name: string; readonly change: Partial<Strategy> }

/** Tiles that won on some adapter or shape, and their neighbours. Each costs a compilation, so the lists are short. */
interface Tiles { readonly recurrence: readonly RecurrenceTile[]; readonly matmul: readonly MatmulTile[] }

const SOFTWARE: Tiles = {
  recurrence: [block(4, true, 8), block(8, true, 8), block(8, true, 4), block(16, true, 8), block(8, true, 16)],
  matmul: [tile(16, 2), tile(8, 2), tile(16, 1), tile(8, 1)],
};
const HARDWARE: Tiles = {
  recurrence: [
    block(2, false, 64), block(4, false, 64), block(1, false, 64), block(2, true, 64), block(4, true, 32),
    block(8, true, 64),
  ],
  matmul: [tile(8, 1), tile(4, 1), tile(8, 2), tile(4, 2), tile(16, 1)],
};

/** Tiles whose subgroups of `n` threads share their rows. */
const inLanes = (n: number): Tiles => ({
  recurrence: [block(8, false, n, n), block(16, false, n, n), block(4, false, n, n), block(4, true, n, n)],
  matmul: [tile(16, 1, n), tile(8, 1, n), tile(16, 2, n), tile(32, 1, n)],
});

/** The fewest threads that are worth sharing among: those of a vector register. */
const FEWEST_LANES = 8;

/**
 * What is worth measuring against `table`, the choice without measuring: drivers that can carry the cells, then how
 * the recurrence is cut, then the matmuls, each tried on the best of the groups before. Tiles of the table's own kind,
 * blocks or lanes, come first: time may be up before the last. `fixed`: the driver was asked for.
 */
export function candidates(
  table: Strategy, { model }: Workload,
  adapter: Pick<AdapterDescription, 'software' | 'subgroup' | 'workgroupMemory'>,
  { fixed }: { fixed: boolean },
): Candidate[][] {
  const { software, subgroup = 1 } = adapter;
  const blocks = software ? SOFTWARE : HARDWARE;
  const lanes = subgroup >= FEWEST_LANES ? inLanes(subgroup) : { recurrence: [], matmul: [] };
  const ownFirst = ({ subgroup: own }: RecurrenceTile | MatmulTile): readonly Tiles[] =>
    (own === undefined ? [blocks, lanes] : [lanes, blocks]);
  const matmuls = ownFirst(table.matmul).flatMap((tiles) => tiles.matmul).map((matmul): Candidate => ({
    name: `matmul ${matmul.rows} × ${4 * matmul.columns}${lanesText(matmul)}`, change: { matmul },
  }));
  if (recurrentLayers(model).length === 0) return [matmuls];
  const { chunks, held } = table.recurrence;
  const cuts = ownFirst(table.recurrence).flatMap((tiles) => tiles.recurrence).map((recurrence): Candidate => ({
    name: `recurrence ${recurrence.rows} rows, ${recurrence.quad ? 'four units' : 'one unit'}` +
      (recurrence.subgroup === undefined ? `, ${recurrence.width} threads` : lanesText(recurrence)),
    change: { recurrence: { ...recurrence, ...(chunks === undefined ? {} : { chunks }), ...(held ? { held } : {}) } },
  }));
  const scans = !unscannable(model);
  // A CPU is as busy with one layer's step as with those of several.
  const waves = !software && recurrentLayers(model).every((layer) => unstackable(layer) === undefined);
  const drivers = DRIVERS
    .filter((driver) => (driver !== 'scan' || scans) && (driver !== 'wavefront' || waves))
    .filter((driver) => driver !== table.driver && !fixed)
    .map((driver): Candidate => ({ name: `driver ${driver}`, change: { driver } }));
  const quick = !software || subgroup >= FEWEST_LANES; // SwiftShader takes ms to compile each vec4f of workgroup memory
  const other = quick && holds(adapter, model, 'f32') ? elsewhere(table.recurrence) : [];
  return [drivers, [...other, ...cuts], matmuls];
}

/** The table's tile with recurrent weights in the other memory; float16's are not streamed. */
function elsewhere({ held, ...tile }: RecurrenceTile): Candidate[] {
  if (held === 'f16') return [];
  return held
    ? [{ name: 'recurrent weights streamed', change: { recurrence: tile } }]
    : [{ name: 'recurrent weights held', change: { recurrence: { ...tile, held: 'f32' } } }];
}

const lanesText = ({ subgroup }: { readonly subgroup?: number }): string =>
  (subgroup === undefined ? '' : ` in ${subgroup} lanes`);

function block(rows: number, quad: boolean, width: number, subgroup?: number): RecurrenceTile {
  return { rows, quad, width, ...(subgroup === undefined ? {} : { subgroup }) };
}

function tile(rows: number, columns: number, subgroup?: number): MatmulTile {
  return { rows, columns, ...(subgroup === undefined ? {} : { subgroup }) };
}
