import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CellReport, cellTable } from '../../bench/cell-table.js';
import type { ResultsFile } from '../../bench/report-types.js';
import { root } from '../../scripts/lib/state.mjs';

const command = (script: string) =>
  (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => new Promise((resolve) => {
    execFile(process.execPath, ['scripts/start.mjs', script, ...args], { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }));
  });
const bench = command('bench/bench.ts');
const benchCells = command('bench/cells.ts');

const TIMES = ['msPerStep', 'msPerStepSync', 'usPerTimeStep', 'firstStepMs', 'gflops', 'bundleBytes'] as const;
const COUNTS = ['dispatches', 'submits', 'gpuBytes', 'ceilingShare'] as const;
const CREATED = ['pipelinesCreated', 'buffersCreated', 'bindGroupsCreated'] as const;

describe('npm run bench', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latch-bench-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('measures a peer beside the project\'s own systems, and writes what it measured', async () => {
    const file = join(folder, 'bench.json');
    const { code, stdout, stderr } = await bench(
      '--size', 'XS', '--steps', '1', '--rounds', '1', '--peers', 'jax', '--no-inference', '--json', file,
    );
    expect(code, stderr).toBe(0);
    const { format, reports: [report, ...others] } = JSON.parse(await readFile(file, 'utf8')) as ResultsFile;
    expect([format, others.length]).toEqual([2, 0]);
    if (!report) throw new Error('the file holds no report');
    expect(report).toMatchObject({ runtime: 'chrome', size: 'XS', cut: [], inference: [] });
    expect(report.adapter).not.toBe('');
    expect(report.ceiling.gflops).toBeGreaterThan(0);
    expect(report.results.map(({ name, trials = 1 }) => `${name} ${trials}`)).toEqual([
      'latch-step 1', 'latch-sequence 1', 'reference 1', 'float32 1',
      `latch-${report.results.find(({ chosen }) => chosen)?.driver} 8`, 'jax 1',
    ]);
    for (const result of report.results) {
      const { name, backend, loss } = result;
      expect(stdout).toContain(name);
      expect(result, name).toMatchObject({ size: 'XS', steps: 1, spread: null });
      expect(result.error, name).toBeUndefined();
      for (const key of backend === 'webgpu' ? [...TIMES, ...COUNTS] : TIMES) {
        expect(result[key], `${name} ${key}`).toBeGreaterThan(0);
      }
      // Once compiled, Latch makes nothing.
      if (result.system === 'latch') expect(CREATED.map((key) => result[key]), name).toEqual([0, 0, 0]);
      expect(result.checks, name).toEqual({ firstLoss: true, wentDown: true, agrees: true });
      expect(Math.abs(loss[0]! - report.expectedFirstLoss!), name).toBeLessThan(1e-4);
    }
    expect(await readFile(join(folder, 'bench.html'), 'utf8')).toContain('latch-sequence');
  });

  it('refuses peers and sizes that it does not know, and lists those it does', async () => {
    const [peer, size] = await Promise.all([bench('--peers', 'jax,theano'), bench('--size', 'XXL')]);
    expect([peer.code, size.code]).toEqual([1, 1]);
    expect(peer.stderr).toContain('No peer "theano"; allowed, separated by commas: tfjs, tfjs-wasm, tfjs-webgl, ' +
      'tfjs-cpu, jax, jax-wasm, torch, or none.');
    expect(size.stderr).toContain('No size "XXL"; allowed, separated by commas: XS, S, M, L, deepbench-256x16, ');
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
