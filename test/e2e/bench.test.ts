import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CellReport, cellTable } from '../../bench/cell-table.js';
import type { Report } from '../../bench/report.js';
import { root } from '../../scripts/lib/state.mjs';

const command = (script: string) =>
  (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => new Promise((resolve) => {
    execFile(process.execPath, ['scripts/start.mjs', script, ...args], { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }));
  });
const bench = command('bench/bench.ts');
const benchCells = command('bench/cells.ts');

const NUMBERS = ['msPerStep', 'firstStepMs', 'dispatches', 'submits', 'buffersCreated', 'gpuBytes', 'gflops'] as const;

describe('npm run bench', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latch-bench-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('measures a peer beside the project\'s own systems, and writes what it measured', async () => {
    const file = join(folder, 'bench.json');
    const { code, stdout, stderr } = await bench(
      '--size', 'XS', '--steps', '1', '--rounds', '1', '--peers', 'jax', '--json', file,
    );
    expect(code, stderr).toBe(0);
    const report = JSON.parse(await readFile(file, 'utf8')) as Report;
    expect(report.adapter).not.toBe('');
    expect(report.ceilingGflops).toBeGreaterThan(0);
    expect(report.results.map((result) => result.system)).toEqual(['latch', 'reference', 'jax']);
    for (const result of report.results) {
      expect(stdout).toContain(result.system);
      expect(result).toMatchObject({ size: 'XS', steps: 1, spread: null });
      expect(result.error, result.system).toBeUndefined();
      for (const key of result.backend === 'webgpu' ? NUMBERS : (['msPerStep', 'firstStepMs', 'gflops'] as const)) {
        // Once compiled, Latch makes no buffer.
        if (result.system === 'latch' && key === 'buffersCreated') expect(result[key]).toBe(0);
        else expect(result[key], `${result.system} ${key}`).toBeGreaterThan(0);
      }
      expect(Math.abs(result.loss[0]! - report.expectedFirstLoss), result.system).toBeLessThan(1e-4);
      expect(result.loss[1], result.system).toBeLessThan(result.loss[0]!);
    }
  });

  it('refuses a peer that it does not know and lists those it does', async () => {
    const { code, stderr } = await bench('--peers', 'jax,torch');
    expect(code).not.toBe(0);
    expect(stderr).toContain('No peer "torch"; allowed, separated by commas: tfjs, tfjs-wasm, tfjs-webgl, tfjs-cpu, ' +
      'jax, jax-wasm, or none.');
  });

  it('refuses a size that it does not know and lists those it does', async () => {
    const { code, stderr } = await bench('--size', 'XXL');
    expect(code).not.toBe(0);
    expect(stderr).toContain('Allowed choices are XS, S, M.');
  });
});

describe('npm run bench:cells', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latch-cells-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('measures cells with every driver that can carry them, in turns, and prints the README\'s table', async () => {
    const file = join(folder, 'cells.json');
    const { code, stdout, stderr } = await benchCells(
      '--size', 'XS', '--only', 'lstm,min-gru', '--steps', '1', '--rounds', '2', '--json', file,
    );
    expect(code, stderr).toBe(0);
    const report = JSON.parse(await readFile(file, 'utf8')) as CellReport;
    expect(report.results.map(({ cell, driver }) => `${cell} ${driver}`))
      .toEqual(['lstm step', 'lstm sequence', 'min-gru step', 'min-gru sequence', 'min-gru scan']);
    for (const { msPerStep, steps } of report.results) {
      expect(msPerStep).toBeGreaterThan(0);
      expect(steps).toBe(2);
    }
    expect(stdout).toBe(`${cellTable(report)}\n`);
  });

  it('keeps a measurement of some cells out of the record', async () => {
    const [part, unknown] = await Promise.all([benchCells('--only', 'gru'), benchCells('--only', 'gru,elman')]);
    expect([part.code, unknown.code]).toEqual([1, 1]);
    expect(part.stderr).toContain('give --json, and leave --readme out');
    expect(unknown.stderr).toContain('No cell "elman"; allowed: rnn, ');
  });
});
