import { describe, expect, test } from 'vitest';
import { cells } from '../../src/cells/index.js';
import { DRIVERS } from '../../src/kernels/recurrence.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import {
  allFactors, type CellRow, isFeasible, pairwiseRows, quickFactors,
} from '../support/cell-matrix.js';
import { type Factors, pairwise } from '../support/pairwise.js';

/** Every pair of values in a row, as text. */
function pairsOf(row: object): string[] {
  const values = Object.entries(row).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return values.flatMap((a, i) => values.slice(i + 1).map((b) => `${a}, ${b}`));
}

/** Every row there is. */
function product<Row extends object>(factors: Factors<Row>): Row[] {
  return Object.entries(factors).reduce((rows: object[], [name, values]) =>
    rows.flatMap((row) => (values as unknown[]).map((value) => ({ ...row, [name]: value }))), [{}]) as Row[];
}

interface Small { a: number; b: string; c: boolean; d: number }
const small: Factors<Small> = { a: [0, 1, 2, 3], b: ['x', 'y', 'z'], c: [false, true], d: [0, 1, 2] };
const rules: Record<string, (row: Small) => boolean> = {
  'no rule': () => true,
  'some pairs ruled out': ({ a, b, c }) => !(a === 3 && b !== 'z') && !(c && b === 'x'),
  'a value that goes with one other alone': ({ a, d }) => (a === 2) === (d === 2),
  'a value that never occurs': ({ b }) => b !== 'y',
};

describe('a covering array', () => {
  for (const [name, feasible] of Object.entries(rules)) {
    test(`holds all feasible pairs and only feasible rows: ${name} (seeds 0 to 19)`, () => {
      const wanted = new Set(product(small).filter(feasible).flatMap(pairsOf));
      for (let seed = 0; seed < 20; seed++) {
        const rows = pairwise(small, feasible, new CounterRandom(seed, 0));
        expect(rows.every(feasible), `seed ${seed}`).toBe(true);
        expect(new Set(rows.flatMap(pairsOf)), `seed ${seed}`).toEqual(wanted);
        expect(rows.length, `seed ${seed}`).toBeLessThanOrEqual(16); // 4·3 at least, of 72
      }
    });
  }

  test('is the same for the same seed, and another for another', () => {
    const rows = (seed: number) => JSON.stringify(pairwise(small, () => true, new CounterRandom(seed, 0)));
    expect(rows(3)).toBe(rows(3));
    expect(rows(3)).not.toBe(rows(4));
  });

  test('is empty where nothing is feasible', () => {
    expect(pairwise(small, () => false, new CounterRandom(0, 0))).toEqual([]);
  });
});

describe('the matrix of cells', () => {
  const named = pairwiseRows();
  const rows = named.map(({ row }) => row);

  test('has every cell, every driver and every value of every quick factor', () => {
    expect(new Set(rows.map(({ cell }) => cell))).toEqual(new Set(Object.keys(cells)));
    expect(new Set(rows.map(({ driver }) => driver))).toEqual(new Set(DRIVERS));
    for (const [name, values] of Object.entries(quickFactors)) {
      for (const value of values as unknown[]) {
        expect(rows.some((row) => row[name as keyof CellRow] === value), `${name} ${JSON.stringify(value)}`).toBe(true);
      }
    }
  });

  test('has names and seeds that occur once', () => {
    expect(new Set(named.map(({ id }) => id)).size).toBe(named.length);
    expect(new Set(named.map(({ seed }) => seed)).size).toBe(named.length);
  });

  // The generator looks for a row around each pair in a simple way; this draws rows at random, as far as it can.
  test('lacks no pair that any of 20,000 random feasible rows has (seed 1)', () => {
    const covered = new Set(rows.flatMap(pairsOf));
    const random = new CounterRandom(1, 0);
    let found = 0;
    for (let n = 0; n < 20_000; n++) {
      const row = Object.fromEntries(Object.entries(quickFactors).map(([name, values]) =>
        [name, (values as unknown[])[random.integer((values as unknown[]).length)]])) as unknown as CellRow;
      if (!isFeasible(row)) continue;
      found++;
      expect(pairsOf(row).filter((pair) => !covered.has(pair)), JSON.stringify(row)).toEqual([]);
    }
    expect(found).toBeGreaterThan(500);
  });

  test('leaves out what constructors refuse, and nothing else', () => {
    const row = rows.find(({ cell }) => cell === 'lstm')!;
    const plain: CellRow = {
      ...row, own: 0, bidirectional: false, recurrentDropout: false, zoneout: 'none', bias: 'input',
      states: 'given', driver: 'step', layers: 'two',
    };
    const of = (name: string) => ({ ...plain, cell: name });
    for (const name of Object.keys(cells)) expect(isFeasible({ ...of(name), units: 8 }), name).toBe(true);
    expect(isFeasible({ ...of('lstm-1997'), bias: 'both' })).toBe(false);
    expect(isFeasible({ ...of('lstm-1997'), bias: 'gates' })).toBe(true);
    expect(isFeasible({ ...of('lstm'), driver: 'scan' })).toBe(false);
    expect(isFeasible({ ...of('min-gru'), driver: 'scan' })).toBe(true);
    expect(isFeasible({ ...of('gru'), driver: 'wavefront' })).toBe(true);
    expect(isFeasible({ ...of('gru'), driver: 'wavefront', layers: 'one' })).toBe(false);
    expect(isFeasible({ ...of('clockwork'), own: 2, units: 8 })).toBe(true);
    expect(isFeasible({ ...of('clockwork'), own: 2, units: 1 }), 'three modules of one unit').toBe(false);
    expect(isFeasible({ ...of('gru'), own: 1 }), 'it has no options of its own').toBe(false);
    expect(isFeasible({ ...of('gru'), states: 'carry', bidirectional: true })).toBe(false);
  });

  test('of all factors has more values of some, and no fewer of any', () => {
    for (const name of Object.keys(quickFactors) as (keyof CellRow)[]) {
      expect(allFactors[name]).toEqual(expect.arrayContaining([...quickFactors[name]]));
    }
    expect(allFactors.units.length).toBeGreaterThan(quickFactors.units.length);
  });
});
