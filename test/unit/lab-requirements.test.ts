import { describe, expect, it } from 'vitest';
import {
  IncompleteError, measureRequirements, requirementsText, type Tried,
} from '../../scripts/lib/lab/requirements.js';
import { algorithmNames, rivalsText, runRivals } from '../../scripts/lib/lab/rivals.js';
import { taskNamed, taskValues } from '../../src/tasks/index.js';

/** A cell that holds a bit up to a length and up to a noise, in 9 of 10 trials. */
function cell(longest: number, noisiest: number) {
  const asked: { length: number; noise?: number }[] = [];
  const run = async (values: { length: number; noise?: number }): Promise<Tried> => {
    asked.push(values);
    const holds = values.length <= longest && (values.noise ?? 0) <= noisiest;
    return { success: holds ? 9 : 8, trials: 10, sequencesToSuccess: { median: 70, min: 1, max: 100 } };
  };
  return { run, asked };
}

describe('Bengio\'s three requirements', () => {
  it('are the largest length, the largest noise and the sequences at length 10', async () => {
    const { run, asked } = cell(57, 0.3);
    const found = await measureRequirements(run);
    expect(found.noise).toEqual({ deviation: 0.3, atLeast: false });
    expect(found.sequences).toBe(70);
    expect(found.latches.atLeast).toBe(false);
    expect(found.latches.length).toBeLessThanOrEqual(57);
    expect(found.latches.length * 1.25).toBeGreaterThanOrEqual(57);
    expect(asked.filter(({ noise }) => noise === undefined).map(({ length }) => length))
      .toEqual([10, 10, 20, 40, 80, 60, 50]);
    expect(asked.filter(({ noise }) => noise !== undefined).every(({ length }) => length === 20)).toBe(true);
  });

  it('end at the longest length and the largest noise', async () => {
    const { run, asked } = cell(1e9, 1e9);
    const found = await measureRequirements(run, { longest: 100, noises: [0.1, 0.2] });
    expect(found).toMatchObject({ latches: { length: 100, atLeast: true }, noise: { deviation: 0.2, atLeast: true } });
    expect(Math.max(...asked.map(({ length }) => length))).toBe(100);
    expect(requirementsText('x', found)).toContain('at least 100 time steps');
  });

  it('say where a cell holds a bit hardly or not at all', async () => {
    expect((await measureRequirements(cell(5, 1).run)).latches).toEqual({ length: 5, atLeast: false });
    expect((await measureRequirements(cell(8, 1).run)).latches).toEqual({ length: 8, atLeast: false });
    const found = await measureRequirements(cell(4, 0).run);
    expect(found).toMatchObject({ latches: { length: 0 }, noise: { deviation: null } });
    expect(requirementsText('x', found)).toMatch(/latches +not at length 5: fewer than 90 % of trials hold a bit/);
  });

  it('are not told from runs that did not end', async () => {
    const { run } = cell(20, 1);
    const stopped = (more: Partial<Tried>) => measureRequirements(async (values) =>
      ({ ...await run(values), ...(values.length === 20 ? more : {}) }));
    await expect(stopped({ interrupted: true })).rejects.toThrow(IncompleteError);
    await expect(stopped({ failed: 'the page crashed' })).rejects.toThrow('at length 20 it failed: the page crashed');
  });
});

describe('the rivals', () => {
  const task = taskNamed('latch');
  const values = taskValues(task, { length: 5 });
  const settings = { task: 'latch', values, limit: 2000, trials: 2, seed: 1 };
  const names = ['back-propagation', 'random-guessing'];
  const signal = new AbortController().signal;

  it('run trial by trial, and only those that are not there yet', async () => {
    const found: string[] = [];
    const rows = await runRivals(task, settings, names, [], signal, async (row) =>
      void found.push(`${row.algorithm} ${row.trials}`));
    expect(found).toEqual(names.flatMap((name) => [`${name} 1`, `${name} 2`]));
    const half = rows.map((row, i) => ({ ...row, trials: 2 - i, trialResults: row.trialResults.slice(0, 2 - i) }));
    found.length = 0;
    expect(await runRivals(task, settings, names, half, signal, async (row) => void found.push(row.algorithm)))
      .toEqual(rows);
    expect(found).toEqual(['random-guessing']);
    expect(rivalsText(settings, rows)).toMatch(/^back-propagation +\d\/2 /m);
  });

  it('stop between trials', async () => {
    const stopping = new AbortController();
    const rows = await runRivals(task, settings, names, [], stopping.signal, async () => stopping.abort());
    expect(rows.map(({ trials }) => trials)).toEqual([1, 0]);
  });

  it('say which of them is not defined for a task', async () => {
    const refused = await runRivals(taskNamed('embedded-reber'), { ...settings, values: {} }, names.slice(0, 1), [],
      signal, async () => undefined);
    expect(refused[0]!.refused).toBeDefined();
    expect(rivalsText({ ...settings, task: 'embedded-reber' }, refused)).toContain('back-propagation: ');
  });

  it('are known by their names', () => {
    expect(algorithmNames()).toContain('time-weighted-pseudo-newton');
    expect(() => algorithmNames(['annealing'])).toThrow('rival is annealing: use back-propagation');
  });
});
