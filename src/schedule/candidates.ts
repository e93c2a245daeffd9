import { recurrentLayers, type Strategy, unscannable, type Workload } from './tiles.js';

/** Another cut of the work, in words and as what it changes. */
export interface Candidate { readonly name: string; readonly change: Partial<Strategy> }

/** Rows, whether a thread owns four units, and threads of a workgroup. */
type Block = readonly [rows: number, quad: boolean, width: number];
type Tile = readonly [rows: number, columns: number];

// What won on some adapter or shape, and its neighbours. Each costs a compilation, so the lists are short.
const SOFTWARE = {
  blocks: [[4, true, 8], [8, true, 8], [8, true, 4], [16, true, 8], [8, true, 16]],
  tiles: [[8, 2], [16, 1], [8, 1]],
} as const satisfies Lists;
const HARDWARE = {
  blocks: [[4, false, 64], [1, false, 64], [2, true, 64], [4, true, 32], [2, false, 128], [8, true, 64]],
  tiles: [[4, 1], [8, 2], [4, 2], [16, 1]],
} as const satisfies Lists;
interface Lists { readonly blocks: readonly Block[]; readonly tiles: readonly Tile[] }

/**
 * What is worth measuring against `table`, the choice without measuring: drivers that can carry the cells, then how
 * the recurrence is cut, then the matmuls. Each group is tried on the best of those before. `fixed`: the driver was
 * asked for.
 */
export function candidates(
  table: Strategy, { model }: Workload, { software, fixed }: { software: boolean; fixed: boolean },
): Candidate[][] {
  const { blocks, tiles } = software ? SOFTWARE : HARDWARE;
  const { subgroup, rows, columns } = table.matmul;
  const lanes = (shared: number | undefined) => (shared === undefined ? {} : { subgroup: shared });
  const matmuls = [
    ...tiles.map((tile) => [...tile, subgroup] as const),
    ...(subgroup === undefined ? [] : [[rows, columns, undefined] as const]),
  ].map(([r, c, shared]): Candidate => ({
    name: `matmul ${r} × ${4 * c}${shared === undefined ? '' : ` in ${shared} lanes`}`,
    change: { matmul: { rows: r, columns: c, ...lanes(shared) } },
  }));
  if (recurrentLayers(model).length === 0) return [matmuls];
  const scans = !unscannable(model);
  const drivers = (['step', 'sequence', ...(scans ? ['scan'] as const : [])] as const)
    .filter((driver) => driver !== table.driver && !fixed)
    .map((driver): Candidate => ({ name: `driver ${driver}`, change: { driver } }));
  const cuts = blocks.map(([r, quad, width]): Candidate => ({
    name: `recurrence ${r} rows, ${quad ? 'four units' : 'one unit'}, ${width} threads`,
    change: { recurrence: { ...table.recurrence, rows: r, quad, width } },
  }));
  return [drivers, cuts, matmuls];
}
