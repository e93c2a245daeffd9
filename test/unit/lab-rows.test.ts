import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Place, PlacedHost } from '../../scripts/lib/lab/host.js';
import { tidyJson } from '../../scripts/lib/lab/json.js';
import { HostError, Lab, type View } from '../../scripts/lib/lab/lab.js';
import { LabProgress } from '../../scripts/lib/lab/progress.js';
import {
  compare, findingsOf, type LabRow, median, merge, missingSeeds, NOTHING, rowOf, same, settingsOf,
} from '../../scripts/lib/lab/row.js';
import { readJson, Store, takeRows } from '../../scripts/lib/lab/store.js';
import { rowText, sweepText } from '../../scripts/lib/lab/summary.js';
import { prepareExperiment } from '../../src/lab/experiment.js';
import type { ExperimentOptions } from '../../src/lab/types.js';
import { fakeHost, flow, row, trial } from '../support/lab.js';

const OPTIONS: ExperimentOptions = { task: 'temporal-order-6a', trials: 3 };
const quiet: View = { begin: () => undefined, progress: () => undefined, trial: () => undefined, end: () => undefined };

describe('a row', () => {
  it('has the fields of the JSON, in their order, and more after them', () => {
    const found = row(OPTIONS, [trial(3, 40_000), trial(1, 20_000), trial(2, 30_000)], { flow });
    expect(Object.keys(found).slice(0, 13)).toEqual(['task', 'cell', 'length', 'trials', 'seed', 'criterion', 'success',
      'sequencesToSuccess', 'testError', 'paper', 'gradientFlow', 'adapter', 'seconds']);
    expect(found).toMatchObject({
      task: 'temporal-order-6a', cell: 'lstm-1997', length: 100, trials: 3, seed: 1, success: 3,
      sequencesToSuccess: { median: 30_000, min: 20_000, max: 40_000 }, gradientFlow: 'vanishing at 0.8 per step',
      adapter: 'a GPU', seconds: 60, testSequences: 2560,
      comparison: { of: 'sequences', paper: 31_390, ours: 30_000, within: true },
    });
    expect(found.testError).toBeCloseTo(0.001, 12);
    expect(found.trialResults.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    expect(found).not.toHaveProperty('interrupted');
  });

  it('says that trials are missing', () => {
    expect(row(OPTIONS, [trial(2, 30_000)])).toMatchObject({ success: 1, interrupted: true });
    expect(row(OPTIONS, [trial(2, 30_000)], { failed: 'out of memory' })).toMatchObject({ failed: 'out of memory' });
    expect(row(OPTIONS, [trial(1, 30_000), trial(2, 31_000)]).comparison, 'those that end first flatter').toBeNull();
  });

  it('tells of a gradient flow that could not be had, and measures it when it is run again', () => {
    const trials = [1, 2, 3].map((seed) => trial(seed, 30_000));
    const broken = row(OPTIONS, trials, { failed: 'device lost' });
    expect(broken).toMatchObject({ failed: 'device lost', gradientFlow: null, success: 3 });
    const experiment = prepareExperiment(OPTIONS);
    expect(missingSeeds(experiment, findingsOf(broken))).toEqual([1]);
    const mended = merge(findingsOf(broken), { trials: trials.slice(0, 1), flow, adapter: 'a GPU', seconds: 1 });
    expect(missingSeeds(experiment, mended)).toEqual([]);
    expect(rowOf(experiment, mended)).not.toHaveProperty('failed');
  });

  it('has no mean where a trial diverged, and no figures where none succeeded', () => {
    const broken = trial(1, null, { ended: 'diverged', test: { sequences: 10, wrong: 1, error: NaN } });
    const found = row({ ...OPTIONS, trials: 1 }, [broken]);
    expect(found).toMatchObject({
      testError: 1, testMeanError: null, success: 0, sequencesToSuccess: { median: null, min: null, max: null },
    });
  });

  it('is held against the paper where the set-up is the paper\'s, whatever the limit', () => {
    const trials = [trial(1, 30_000)];
    const comparison = (more: Partial<ExperimentOptions>) => row({ ...OPTIONS, trials: 1, ...more }, trials).comparison;
    expect(comparison({ limit: 50_000 })).not.toBeNull();
    expect(comparison({ seed: 1, cell: 'lstm-1997' })).not.toBeNull();
    expect(comparison({ cell: 'lstm' })).toBeNull();
    expect(comparison({ rate: 0.1 })).toBeNull();
    expect(comparison({ layers: 2 })).toBeNull();
  });
});

describe('the comparison with a paper', () => {
  const paper = { text: '', known: 'paper', factor: 3 } as const;

  it('is of the median over all trials, those that failed counted as never', () => {
    expect(compare({ ...paper, sequences: 100 }, [trial(1, 200), trial(2, 50), trial(3, null)]))
      .toEqual({ of: 'sequences', paper: 100, ours: 200, ratio: 2, within: true });
    expect(compare({ ...paper, sequences: 100 }, [trial(1, 200), trial(2, null), trial(3, null)]))
      .toEqual({ of: 'sequences', paper: 100, ours: null, ratio: null, within: false });
  });

  it('misses on either side of the bound', () => {
    const within = (ours: number): boolean | null => compare({ ...paper, sequences: 900 }, [trial(1, ours)])!.within;
    expect([299, 301, 2699, 2701].map(within)).toEqual([false, true, true, false]);
  });

  it('is of the share of successes where no sequences are known, and states no bound that the paper has not', () => {
    const { factor: _, ...unbound } = paper;
    const trials = [trial(1, 5), trial(2, null)];
    expect(compare({ ...unbound, success: 1 }, trials))
      .toEqual({ of: 'success', paper: 1, ours: 0.5, ratio: 0.5, within: null });
    expect(compare({ ...paper, success: 0 }, trials)).toMatchObject({ ratio: null, within: false });
    expect(compare(unbound, trials)).toBeNull();
  });

  it('knows medians', () => {
    expect([median([]), median([3]), median([4, 1]), median([9, 1, 2])]).toEqual([null, 3, 2.5, 2]);
  });
});

describe('results on the disk', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latch-lab-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const settings = (more: Partial<ExperimentOptions> = {}) => settingsOf(prepareExperiment({ ...OPTIONS, ...more }));

  it('are the same experiment whatever the order of their keys, and another where a number differs', () => {
    const back = JSON.parse(JSON.stringify(settings())) as Record<string, unknown>;
    expect(same(Object.fromEntries(Object.entries(back).reverse()), settings())).toBe(true);
    expect(same(settings({ rate: 0.1 }), settings())).toBe(false);
    expect(same(settings({ initial: 'pytorch' }), settings())).toBe(false);
  });

  it('are taken over by a run of the same settings', () => {
    const kept = JSON.parse(tidyJson(row(OPTIONS, [trial(1, 5)]))) as LabRow;
    expect(takeRows('f', kept, [settings()])).toEqual([kept]);
    expect(takeRows('f', [kept], [settings(), settings({ cell: 'lstm' })])).toEqual([kept]);
  });

  it('are not overwritten by a run of others', () => {
    const kept = row(OPTIONS, [trial(1, 5)]);
    expect(() => takeRows('f.json', kept, [settings({ rate: 0.25 })])).toThrow(
      'f.json holds results of other settings (setup.optimizer.rate is 0.5 there and 0.25 here): give the settings ' +
      'that they are of to go on with them');
    expect(() => takeRows('f.json', kept, [settings({ cell: 'lstm' }), settings({ cell: 'gru' })]))
      .toThrow('(temporal-order-6a, lstm-1997)');
    for (const other of [null, 5, {}, [1], { task: 'latch' }, [{ steps: [] }]]) {
      expect(() => takeRows('f.json', other, [settings()])).toThrow('f.json holds no results of the lab: move it away');
    }
  });

  it('are read, or refused in one sentence', async () => {
    await writeFile(at('no.json'), 'no');
    expect(readJson(at('nothing.json'))).toBeUndefined();
    expect(() => readJson(at('no.json'))).toThrow('holds no results of the lab');
  });

  it('keep arrays of numbers on their line', () => {
    const value = { a: [1, 2.5, null], b: [[1, 2], [3, 4]], c: [{ d: 'x [\\n1\n]' }], e: [] };
    expect(JSON.parse(tidyJson(value))).toEqual(value);
    expect(tidyJson(value)).toContain('"a": [1, 2.5, null],');
    expect(tidyJson(value)).toContain('  [1, 2],\n');
  });

  const labOf = (host: Parameters<typeof fakeHost>[0] | ReturnType<typeof fakeHost>, store: Store,
    signal = new AbortController().signal) => new Lab({
    host: typeof host === 'object' ? host : fakeHost(host), store, view: quiet, signal, prepare: prepareExperiment,
  });

  it('hold each trial as soon as it has ended, and only the others are run after an interrupt', async () => {
    const file = at('interrupted.json');
    const stopping = new AbortController();
    const store = new Store(file, ([first]) => first);
    const first = await labOf(async ([seed], _, ended) => {
      ended(seed!);
      await store.flush();
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ success: 1, interrupted: true });
      stopping.abort();
    }, store, stopping.signal).run(OPTIONS);
    expect(first).toMatchObject({ success: 1, interrupted: true, seconds: 10, gradientFlow: flow.verdict });

    const host = fakeHost();
    const again = new Store(file, ([one]) => one, takeRows(file, readJson(file), [settings()]));
    const second = await labOf(host, again).run(OPTIONS);
    expect(host.asked).toEqual([{ options: OPTIONS, seeds: [2, 3] }]);
    expect(second).toMatchObject({ success: 3, seconds: 20, adapter: 'a GPU' });
    expect(second.trialResults.map(({ sequences }) => sequences)).toEqual([100, 200, 300]);
    const content = JSON.parse(await readFile(file, 'utf8'));
    expect(content).toEqual(second);
    expect(content).not.toHaveProperty('interrupted');

    await labOf(host, again).run(OPTIONS);
    expect(host.asked).toHaveLength(1);
  });

  it('do not keep the gradient flow of a trial that was stopped on its way', async () => {
    const store = new Store(undefined, () => null);
    const found = await labOf(async (seeds, _, ended) => ended(seeds[1]!), store).run(OPTIONS);
    expect(found).toMatchObject({ gradientFlow: null, interrupted: true });
  });

  it('show an experiment that failed as failed, with its trials, and leave the next one to run', async () => {
    const store = new Store(undefined, () => null);
    let calls = 0;
    const lab = labOf(async (seeds, _, ended) => {
      ended(seeds[0]!);
      if (calls++ === 0) throw new Error('the GPU device was lost');
      seeds.slice(1).forEach(ended);
    }, store);
    expect(await lab.run(OPTIONS)).toMatchObject({ failed: 'the GPU device was lost', success: 1 });
    expect(await lab.run({ ...OPTIONS, cell: 'lstm' })).not.toHaveProperty('failed');
    expect(await lab.run(OPTIONS)).not.toHaveProperty('failed');
    expect(store.rows).toHaveLength(2);
  });

  it('do not call a failure what was stopped', async () => {
    const stopping = new AbortController();
    const lab = labOf(async () => {
      stopping.abort();
      throw new Error('destroyed');
    }, new Store(undefined, () => null), stopping.signal);
    expect(await lab.run(OPTIONS)).toMatchObject({ interrupted: true });
    expect(lab.stopped).toBe(true);
  });

  it('end the run where nothing can be computed at all', async () => {
    const lab = labOf(() => Promise.reject(new HostError('no adapter')), new Store(undefined, () => null));
    await expect(lab.run(OPTIONS)).rejects.toThrow('no adapter');
  });

  it('name every adapter that had a part in them', () => {
    const one = { ...NOTHING, adapter: 'a', seconds: 1 };
    const two = merge(merge(one, { ...one, adapter: 'b' }), one);
    expect(two).toMatchObject({ adapter: 'a + b', seconds: 3 });
    expect(merge({ ...one, flow }, { ...one, flow: { ...flow, rate: 1 } }).flow).toBe(flow);
  });

  it('are written again where a write could not be told from the next', async () => {
    const store = new Store(at('many.json'), (rows) => rows.length);
    for (let seed = 1; seed <= 5; seed++) store.put(row({ ...OPTIONS, seed }, []));
    await store.flush();
    expect(await readFile(at('many.json'), 'utf8')).toBe('5\n');
    const nowhere = new Store(join(folder, 'no', 'such.json'), () => 1);
    nowhere.put(row(OPTIONS, []));
    await expect(nowhere.flush()).rejects.toThrow('ENOENT');
  });
});

describe('a host', () => {
  const signal = new AbortController().signal;
  const listener = { progress: () => undefined, trial: () => undefined };
  const outcome = { trials: [], gradientFlow: undefined, adapter: 'x', seconds: 0, interrupted: false };

  function hostOf(places: (() => Partial<Place>)[]): { host: PlacedHost; closed: () => number } {
    let closed = 0;
    let opened = 0;
    const host = new PlacedHost({
      open: async () => ({
        open: async () => ({ result: 'an adapter' }), run: async () => ({ result: outcome }), stop: () => undefined,
        ended: new Promise<never>(() => undefined), close: async () => void closed++, ...places[opened++]!(),
      }),
      close: async () => undefined,
    });
    return { host, closed: () => closed };
  }

  it('keeps its place for the next experiment, whatever the experiment threw', async () => {
    let calls = 0;
    const { host, closed } = hostOf([() => ({
      run: async () => (calls++ === 0 ? { error: { name: 'GpuError', message: 'too large' } } : { result: outcome }),
    })]);
    await expect(host.run(OPTIONS, [1], listener, signal)).rejects.toThrow('too large');
    expect(await host.run(OPTIONS, [1], listener, signal)).toEqual(outcome);
    expect(host.adapter).toBe('an adapter');
    expect(closed()).toBe(0);
  });

  it('opens another place after a crash', async () => {
    const { host, closed } = hostOf([
      () => ({ run: () => new Promise(() => undefined), ended: Promise.reject(new Error('the page crashed')) }),
      () => ({}),
    ]);
    await expect(host.run(OPTIONS, [1], listener, signal)).rejects.toThrow('the page crashed');
    expect(closed()).toBe(1);
    expect(await host.run(OPTIONS, [1], listener, signal)).toEqual(outcome);
  });

  it('says so where there is no adapter', async () => {
    const { host } = hostOf([() => ({ open: async () => ({ error: { name: 'GpuError', message: 'no adapter' } }) })]);
    await expect(host.run(OPTIONS, [1], listener, signal)).rejects.toThrow(HostError);
  });

  it('hands an interrupt on', async () => {
    const stopping = new AbortController();
    let stopped: () => void = () => undefined;
    const { host } = hostOf([() => ({
      run: () => new Promise((resolve) => (stopped = () => resolve({ result: { ...outcome, interrupted: true } }))),
      stop: () => stopped(),
    })]);
    const running = host.run(OPTIONS, [1], listener, stopping.signal);
    setTimeout(() => stopping.abort(), 5);
    expect(await running).toMatchObject({ interrupted: true });
  });
});

describe('what the terminal shows', () => {
  it('is a line a trial where there is no terminal, and all that was asked for at the end', async () => {
    let text = '';
    const view = new LabProgress({ write: (words: string) => (text += words) }, { summary: true });
    const lab = new Lab({
      host: fakeHost(), store: new Store(undefined, () => null), view, signal: new AbortController().signal,
      prepare: prepareExperiment,
    });
    await lab.run(OPTIONS);
    expect(text).toContain('seed 2: success after 200 sequences; 0.10 % of 10,000 fresh ones wrong, mean error 0.02\n');
    for (const words of ['success        3/3', '200 (100 to 300) to success', '0.10 % of 2,560 fresh sequences wrong',
      '31,390 sequences', '0.00637× the paper\'s sequences: MISSED the bound, a factor of 3',
      'vanishing at 0.8 per step', 'a GPU']) {
      expect(text).toContain(words);
    }
    text = '';
    await lab.run(OPTIONS);
    expect(text).toContain('done before');
  });

  it('is a table at the end of a sweep', () => {
    const rows = [row(OPTIONS, [1, 2, 3].map((seed) => trial(seed, 30_000))),
      row(OPTIONS, [1, 2, 3].map((seed) => trial(seed, null)))];
    const lines = sweepText([{ at: { length: 10 } }, { at: { length: 100 } }], rows).split('\n');
    expect(lines[1]).toMatch(/^length 10 +3\/3 +█{20} +30,000 +0\.10 % .* 31,390 +0\.956× +within 3×$/);
    expect(lines[2]).toMatch(/^length 100 +0\/3 +░{20} +– .* 31,390 +– +MISSED 3×$/);
  });

  it('says what is missing', () => {
    expect(rowText(row(OPTIONS, [trial(1, 50)]))).toContain('1/3 (1 of 3 trials have ended)');
    expect(rowText(row(OPTIONS, [], { failed: 'the page crashed' }))).toContain('failed         the page crashed');
    expect(rowText(row({ ...OPTIONS, cell: 'lstm' }, []))).not.toContain('ratio');
    expect(rowText(row(OPTIONS, [trial(1, 5)])))
      .toContain('ratio          not compared: some trials have not ended, and those that have flatter');
    expect(rowText(row({ ...OPTIONS, trials: 1, cell: 'lstm' }, [trial(1, 5)])))
      .toContain('ratio          not compared: the set-up is not the paper\'s');
    expect(sweepText([{ at: { length: 10 } }], [row(OPTIONS, [], { failed: 'the page crashed' })]))
      .toMatch(/^length 10 +– .*failed$/m);
  });
});
