// Every cell, with every option of a layer, every driver and every way to cut the work, against the float64 reference.
// In `npm test` each two values occur together, and in Chrome each cell once, since the shaders are the same; in
// `npm run test:full` each two values occur together beside each cell.
import { describe, test } from 'vitest';
import { fullRows, heldRows, type NamedRow, oneRowEach, optionsOf, pairwiseRows } from '../support/cell-matrix.js';
import { compareNetworks } from '../support/compare-networks.js';
import { environment } from '../support/environment.js';
import { testDevice } from '../support/gpu.js';

const full = import.meta.env['VITE_TEST_MATRIX'] === 'full';
const inChrome = environment === 'chrome';
const all = full && !inChrome ? fullRows() : pairwiseRows();
const alone = new Set(oneRowEach(all)); // both drivers, bit for bit
const held = heldRows(all); // bit for bit as where their weights are not held
const rows = inChrome && !full ? all.filter((row) => alone.has(row)) : [...all, ...held];

const command = (id: string): string =>
  `node ${full ? '--env-file=test/full.env ' : ''}node_modules/vitest/vitest.mjs run ` +
  `--project ${inChrome ? 'chrome' : 'dawn'} test/gpu/cells.test.ts -t "${id}:"`;

/** What happened in which row, and how to see it again. */
async function run(named: NamedRow): Promise<void> {
  const { id, seed, row } = named;
  const other = row.driver === 'sequence' ? 'step' as const : 'sequence' as const;
  const twice = alone.has(named) || row.driver === 'held';
  try {
    await compareNetworks(await testDevice(row), row, seed, twice ? other : undefined);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${JSON.stringify(row)}\n${command(id)}`, { cause: error });
  }
}

describe('outputs, states and all gradients agree with the reference', () => {
  for (const named of rows) {
    const { id, row } = named;
    const { cell, driver, units, batch, timeSteps } = row;
    const both = alone.has(named) ? ', and both drivers bit for bit' : '';
    test(`${id}: ${cell} ${JSON.stringify(optionsOf(row))}, ${driver}, H ${units} B ${batch} T ${timeSteps}${both}`,
      () => run(named));
  }
});
