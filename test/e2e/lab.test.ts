import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReproduceFile } from '../../scripts/lib/lab/report.js';
import type { RivalFile } from '../../scripts/lib/lab/rivals.js';
import type { LabRow } from '../../scripts/lib/lab/row.js';
import { command } from '../support/command.js';

const lab = command('scripts/lab.ts');

const LATCH = ['latch', '--length', '5', '--trials', '2'];

describe('npm run lab', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const read = async <T = LabRow>(name: string): Promise<T> => JSON.parse(await readFile(at(name), 'utf8')) as T;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latch-lab-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('lists the tasks', async () => {
    const { code, stdout, stderr } = await lab([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('temporal-order-6a');
  });

  it('trains in Chrome, in Node and on the CPU, and each is told what came of it', async () => {
    const kinds = { chrome: [], node: ['--runtime', 'node'], cpu: ['--cpu'] };
    const adapters: string[] = [];
    for (const [name, args] of Object.entries(kinds)) {
      const { code, stdout, stderr } = await lab([...LATCH, ...args, '--json', at(`${name}.json`)]);
      expect({ code, stderr }, name).toEqual({ code: 0, stderr: '' });
      const row = await read(`${name}.json`);
      expect(Object.keys(row).slice(0, 13)).toEqual(['task', 'cell', 'length', 'trials', 'seed', 'criterion', 'success',
        'sequencesToSuccess', 'testError', 'paper', 'gradientFlow', 'adapter', 'seconds']);
      expect(row, name).toMatchObject({ task: 'latch', cell: 'rnn', length: 5, trials: 2, seed: 1, success: 2 });
      expect(row.trialResults.map(({ seed }) => seed)).toEqual([1, 2]);
      expect(row.testError).toBeLessThan(0.01);
      expect(row.seconds).toBeGreaterThan(0);
      for (const words of ['success        2/2', 'to success', row.gradientFlow!, row.adapter, row.paper!.text]) {
        expect(stdout).toContain(words);
      }
      adapters.push(row.adapter);
    }
    expect(adapters[2]).toMatch(/CPU/);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('makes a success curve of a sweep', async () => {
    const sweep = ['--sweep', 'length=5,80', '--json', at('sweep.json')];
    const { code, stdout } = await lab(['latch', '--trials', '2', ...sweep]);
    expect(code).toBe(0);
    const rows = await read<LabRow[]>('sweep.json');
    expect(rows.map(({ length, success }) => [length, success])).toEqual([[5, 2], [80, 0]]);
    expect(stdout).toMatch(/^length 5 +2\/2 +█+ /m);
    expect(stdout).toMatch(/^length 80 +0\/2 +░+ /m);
  });

  it('loses nothing that was finished when it is interrupted, and goes on to what it would have been', async () => {
    const asked = ['latch', '--length', '20', '--trials', '4', '--limit', '15000', '--cpu'];
    let sent = false;
    const [whole, stopped] = await Promise.all([
      lab([...asked, '--json', at('whole.json')]),
      lab([...asked, '--json', at('stopped.json')], (output, child) => {
        if (sent || !/seed \d+: success/.test(output)) return;
        sent = child.kill('SIGINT');
      }),
    ]);
    expect(whole.code).toBe(0);
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('Interrupted');
    const half = await read('stopped.json');
    expect(half.interrupted).toBe(true);
    expect(half.trialResults.length).toBeGreaterThan(0);
    expect(half.trialResults.length).toBeLessThan(4);
    const other = await lab([...asked, '--rate', '0.2', '--json', at('stopped.json')]);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('holds results of other settings (setup.optimizer.rate is 0.1 there and 0.2 here)');
    expect(await read('stopped.json')).toEqual(half);

    const resumed = await lab([...asked, '--json', at('stopped.json')]);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toContain(`${half.trialResults.length} of 4 trials done before`);
    const [one, two] = [await read('whole.json'), await read('stopped.json')];
    expect(two).not.toHaveProperty('interrupted');
    expect(two.trialResults.map(({ seed, sequences, success }) => ({ seed, sequences, success })))
      .toEqual(one.trialResults.map(({ seed, sequences, success }) => ({ seed, sequences, success })));
    const again = await lab([...asked, '--json', at('stopped.json')]);
    expect(again.stdout).toContain('done before');
    expect(await read('stopped.json')).toEqual(two);
  });

  it('compares Bengio\'s rival algorithms', async () => {
    const { code, stdout } = await lab(['rivals', 'latch', '--length', '5', '--trials', '2', '--limit', '5000',
      '--json', at('rivals.json')]);
    expect(code).toBe(0);
    const { rows } = await read<RivalFile>('rivals.json');
    expect(rows.map(({ algorithm }) => algorithm)).toContain('pseudo-newton');
    for (const { algorithm, trials } of rows) {
      expect(trials).toBe(2);
      expect(stdout).toMatch(new RegExp(`^${algorithm} +\\d/2 `, 'm'));
    }
  });

  it('writes a report of what it reproduced in the time that it had', async () => {
    const { code, stderr } = await lab(['reproduce', '--cpu', '--minutes', '0.05', '--out', at('report')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((await readdir(at('report'))).sort()).toEqual(['reproduce.html', 'reproduce.json', 'reproduce.md']);
    const { rows, command } = await read<ReproduceFile>('report/reproduce.json');
    expect(rows.length).toBeGreaterThan(0);
    expect(command).toContain('reproduce --cpu');
    const markdown = await readFile(at('report/reproduce.md'), 'utf8');
    expect(markdown).toContain('not run');
    expect(await readFile(at('report/reproduce.html'), 'utf8')).toContain('The latch map');
  });

  it.each([
    ['latch --length 2', /^error: length is 2: the first 3 steps tell the class \(signal\); give at least 3/],
    ['lach', /^error: task "lach" is not known: use latch, /],
    ['latch --cell lstm-1997 --omega 2', /^error: omega is 2, and /],
    ['latch --cell tanh', /^error: cell "tanh" is not known: use rnn, /],
    ['latch --set lag=3', /^error: latch has no option "lag": use length, noise, signal, weight/],
    ['latch --sweep length=2,5', /^error: length is 2: /],
  ])('refuses %s before any browser opens', async (line, message) => {
    const { code, stdout, stderr } = await lab([...line.split(' '), '--chrome', at('nowhere')]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
