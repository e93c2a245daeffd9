// The README's table of cells comes from `cells`, from programs and from the newest measurement, and from nothing else.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CellReport, cellTable, dispatchesPerStep, driversOf, withTable } from '../../bench/cell-table.js';
import { root } from '../../scripts/lib/state.mjs';
import { cells } from '../../src/index.js';

const results = join(root, 'bench/results');
const date = (file: string): string => /\d{4}-\d\d-\d\d/.exec(file)?.[0] ?? '';
const newest = readdirSync(results).filter((file) => file.endsWith('-cells.json'))
  .sort((a, b) => date(a).localeCompare(date(b))).at(-1);
const measured = newest === undefined
  ? undefined : JSON.parse(readFileSync(join(results, newest), 'utf8')) as CellReport;

const report: CellReport = {
  adapter: 'imagined', size: 'XS',
  results: [['lstm', 'step', 8], ['lstm', 'sequence', 6], ['gru', 'sequence', 4], ['rnn', 'step', 12]]
    .map(([cell, driver, msPerStep]) => ({ cell, driver, msPerStep, spread: 0, steps: 1, firstStepMs: 1 })),
} as CellReport;
const row = (table: string, cell: string): string[] =>
  table.split('\n').find((line) => line.startsWith(`| \`${cell}\` |`))!.split('|').map((text) => text.trim());

describe('the table of cells', () => {
  it('stands in the README as the command writes it', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    expect(withTable(readme, cellTable(measured))).toBe(readme);
  });

  it.runIf(measured)('rests on a measurement of every cell with every driver that can carry it', () => {
    const of = (cell: string) => measured!.results.filter((result) => result.cell === cell);
    for (const [cell, kind] of Object.entries(cells)) {
      expect(of(cell).map(({ driver }) => driver), cell).toEqual(driversOf(kind));
      for (const { msPerStep } of of(cell)) expect(msPerStep, cell).toBeGreaterThan(0);
    }
  });

  it('has a row a cell, with the speed of its fastest driver over that of the LSTM\'s', () => {
    const table = cellTable(report);
    expect(table.split('\n')).toHaveLength(2 + Object.keys(cells).length);
    expect(row(table, 'lstm')[5]).toBe('1.00×');
    expect(row(table, 'gru')[5]).toBe('1.50×');
    expect(row(table, 'rnn')[5]).toBe('0.50×');
    expect(row(table, 'grid')[5]).toBe('–');
    expect(table).toContain('speed at XS');
  });

  it('counts dispatches of the program: two a time step and phase more with `step` than with `sequence`', () => {
    for (const cell of ['rnn', 'lstm', 'gru']) {
      expect(dispatchesPerStep(cell, 'step') - dispatchesPerStep(cell, 'sequence'), cell).toBe(2 * (32 - 1));
    }
    const [phases, driver] = [row(cellTable(), 'gru-before')[4]!, row(cellTable(), 'min-gru')[4]!];
    expect(phases).toBe(['step', 'sequence'].map((d) => dispatchesPerStep('gru-before', d as 'step')).join(' · '));
    expect(driver.split(' · ')).toHaveLength(3);
  });

  it('is refused a README without a place for it', () => {
    expect(() => withTable('# Latch', '')).toThrow('the README has no <!-- cells: … --> and <!-- /cells -->');
  });
});
