import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { textCorpus } from '../../src/data/text.js';
import { GpuError } from '../../src/gpu/device.js';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import { recurrent } from '../../src/model/recurrent.js';
import { candidates } from '../../src/schedule/candidates.js';
import { chooseStrategy, type Strategy } from '../../src/schedule/tiles.js';
import { decodeCheckpoint } from '../../src/train/checkpoint-read.js';
import { createTrainer, resumeTrainer, tuneStrategy } from '../../src/train/create.js';
import type { Trainer } from '../../src/train/trainer.js';
import { searchStrategy } from '../../src/train/tuning.js';
import { forgetTunings } from '../../src/train/tuning-cache.js';
import { testDevice } from '../support/gpu.js';
import { countCalls } from '../support/gpu-calls.js';
import { errorOf, letters } from '../support/letters.js';

const model = sequential([embedding(11, 3), lstm(5), linear(11)]);
const shape = { timeSteps: 6, batch: 3 };
const workload = { model, ...shape };
const bigram = sequential([embedding(11, 3), linear(11)]); // compiling is what takes time here
const NOW = 0; // the table's choice alone is measured
const LONG = 60_000;

/** A page's storage, of this test alone. */
let stored: Map<string, string>;
beforeEach(() => {
  stored = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  });
  forgetTunings();
});
afterEach(() => void vi.unstubAllGlobals());

/** Calls of WebGPU that `work` makes. */
async function callsOf(work: () => Promise<unknown>): Promise<number> {
  const calls = countCalls();
  try {
    await work();
    return [...calls.counts.values()].reduce((sum, count) => sum + count, 0);
  } finally {
    calls.stop();
  }
}

describe('a search', () => {
  const recurrence = (rows: number, width: number): Partial<Strategy> => ({ recurrence: { rows, quad: true, width } });

  test('leaves out what does not compile and what cannot be told apart, each with its reason', async () => {
    const device = await testDevice();
    const { driver, ...table } = chooseStrategy(device.adapter, workload, 'step');
    const groups = [
      [{ name: 'too wide', change: recurrence(1, 4096) }, { name: 'good', change: recurrence(1, 16) }],
      [{ name: 'table', change: table }, { name: 'twin', change: { driver: 'step' as const, ...recurrence(1, 16) } }],
    ];
    const tuning = await searchStrategy(device, workload, { driver: 'step', milliseconds: LONG, groups });
    const [first, wide, good, again, twin] = tuning.tried;
    expect(first!.milliseconds).toBeGreaterThan(0);
    expect(wide!.reason).toMatch(/recurrence\/step(_backward)?\.wgsl: .*(4096|workgroup)/s);
    expect(wide!.milliseconds).toBeUndefined();
    expect([good!.milliseconds! > 0, good!.against! > 0, good!.reason]).toEqual([true, true, undefined]);
    expect(again!.reason).toBe('for these shapes the same as the table\'s choice');
    expect(twin!.reason).toBe('for these shapes the same as good');
    const better = tuning.tried.filter(({ milliseconds, against }) => milliseconds! < 0.95 * against!);
    expect(tuning.chosen).toEqual(better.map(({ name }) => name));
    expect(tuning.strategy).toEqual({ driver, ...table, ...(tuning.chosen.includes('good') ? recurrence(1, 16) : {}) });
    expect(device.check, 'no error is left on the device').not.toThrow();
  });

  test('begins nothing when its time is up', async () => {
    const device = await testDevice();
    const workload = { model: bigram, ...shape };
    const { tried, chosen, strategy } = await searchStrategy(device, workload, { milliseconds: NOW });
    expect(tried.slice(1).every(({ reason }) => /time for measuring was up|the same as/.test(reason!))).toBe(true);
    expect(chosen).toEqual([]);
    expect(strategy).toEqual(chooseStrategy(device.adapter, workload));
  });

  test('measures fewer time steps where one takes long, and throws where the table\'s choice cannot run', async () => {
    const device = await testDevice();
    const long = { model: bigram, timeSteps: 2000, batch: 3 };
    expect((await searchStrategy(device, long, { milliseconds: NOW })).timeSteps).toBeLessThanOrEqual(256);
    const large = { model: bigram, timeSteps: 256, batch: 65_535 };
    const gpu = { ...device, limits: { ...limitsOf(device.limits), maxBufferSize: 1e6 } };
    await expect(searchStrategy(gpu, large, { milliseconds: NOW })).rejects.toThrow(GpuError);
  });
});

const limitsOf = (limits: GPUSupportedLimits): GPUSupportedLimits => {
  const { maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = limits;
  return { maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } as GPUSupportedLimits;
};

test('candidates are drivers that can carry the cells, unless one is asked for; then tiles', () => {
  const adapter = { name: '', vendor: '', architecture: '', software: false };
  const names = (cell: string, fixed = false, layers = 1, software = false): string[] => {
    const task = { model: sequential([embedding(11, 3), recurrent(cell, 5, { layers }), linear(11)]), ...shape };
    const on = { ...adapter, software };
    return candidates(chooseStrategy(on, task), task, on, { fixed }).flat().map(({ name }) => name);
  };
  const drivers = (list: string[]): string[] => list.filter((name) => name.startsWith('driver'));
  expect(drivers(names('lstm'))).toEqual(['driver step']);
  expect(drivers(names('min-gru'))).toEqual(['driver step', 'driver sequence']);
  expect(drivers(names('min-gru', true))).toEqual([]);
  expect(drivers(names('lstm', false, 2))).toEqual(['driver step', 'driver wavefront']);
  expect(drivers(names('grid', false, 2))).toEqual(['driver step']);
  expect(drivers(names('lstm', false, 2, true)), 'a CPU has no idle part').toEqual(['driver step']);
  expect(names('lstm').filter((name) => name.startsWith('matmul')).length).toBeGreaterThan(2);
  expect(names('lstm').some((name) => name.includes('lanes')), 'subgroups are missing').toBe(false);
});

describe('a measured choice', () => {
  test('is made once: the second caller, and one at the same time, read the record', async () => {
    const device = await testDevice();
    const tuned = () => tuneStrategy(device, bigram, { ...shape, milliseconds: NOW });
    const [tuning, twin] = await Promise.all([tuned(), tuned()]);
    expect(twin).toBe(tuning);
    expect(await callsOf(async () => {
      expect(await tuneStrategy(device, bigram, { ...shape, milliseconds: NOW })).toBe(tuning);
      forgetTunings(); // as after a reload
      expect(await tuneStrategy(device, bigram, { ...shape, milliseconds: NOW })).toEqual(tuning);
    })).toBe(0);
  });

  test('of other shapes is another; what storage holds is read with care', async () => {
    const device = await testDevice();
    const tuning = await tuneStrategy(device, bigram, { ...shape, milliseconds: NOW });
    const [key] = stored.keys();
    for (const text of ['', 'null', '{', '{"strategy":{}}', JSON.stringify({ ...tuning, strategy: { driver: 'fast' } }),
      JSON.stringify({ ...tuning, tried: 3 })]) {
      forgetTunings();
      stored.set(key!, text);
      expect(await callsOf(() => tuneStrategy(device, bigram, { ...shape, milliseconds: NOW })), text)
        .toBeGreaterThan(0);
    }
    expect(await callsOf(() => tuneStrategy(device, bigram, { ...shape, batch: 4, milliseconds: NOW })))
      .toBeGreaterThan(0);
    expect(stored.size).toBe(2);
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse });
    forgetTunings();
    expect((await tuneStrategy(device, bigram, { ...shape, milliseconds: NOW })).strategy).toEqual(tuning.strategy);
  });

  const refuse = (): never => {
    throw new Error('The operation is insecure.');
  };

  test('is refused where options are out of range', async () => {
    const device = await testDevice();
    expect(await errorOf(() => tuneStrategy(device, model, { ...shape, milliseconds: -1 })))
      .toBe('RangeError: milliseconds is -1: give a number of at least 0');
    expect(await errorOf(() => tuneStrategy(device, model, { ...shape, driver: 'scan' }))).toMatch(/cannot carry lstm/);
    expect(await errorOf(() => createTrainer(device, model, { ...shape, tune: 1 as unknown as boolean })))
      .toBe('RangeError: tune is 1: give true or false');
  });
});

test('a tuned run goes on from its checkpoint with the record as it is, bit for bit, measuring nothing', async () => {
  const device = await testDevice();
  const corpus = textCorpus(letters(200, 1));
  const fit = async (trainer: Trainer, steps: number): Promise<number[]> => {
    const losses: number[] = [];
    for await (const { loss } of trainer.fit(corpus, { steps })) losses.push(loss);
    return losses;
  };
  // A record that no table has: what storage says is what is used.
  const tuning = await tuneStrategy(device, model, { ...shape, milliseconds: NOW });
  const strategy: Strategy = {
    ...tuning.strategy, driver: 'step', matmul: { ...tuning.strategy.matmul, rows: 3, columns: 1 },
    recurrence: { ...tuning.strategy.recurrence, rows: 1, width: 4 },
  };
  const key = [...stored.keys()][0]!.replace(',0]', ',null]'); // as with no time given
  stored.set(key, JSON.stringify({ ...tuning, strategy }));
  forgetTunings();
  const trainers: Trainer[] = [];
  const create = async (trials: number) => {
    const trainer = await createTrainer(device, model, { ...shape, trials, tune: true });
    trainers.push(trainer);
    return trainer;
  };
  const [whole, first, many] = [await create(1), await create(1), await create(3)];
  expect(whole.engine.strategy).toEqual(strategy);
  expect(many.engine.strategy, 'the same for one trial and for many').toEqual(strategy);
  const curve = await fit(whole, 12);
  await fit(first, 5);
  const checkpoint = decodeCheckpoint(await first.checkpoint());
  expect(checkpoint.strategy).toEqual(strategy);
  stored.clear();
  forgetTunings();
  const resumed = await resumeTrainer(device, checkpoint);
  trainers.push(resumed);
  expect(resumed.engine.strategy).toEqual(strategy);
  expect(await fit(resumed, 7)).toEqual(curve.slice(5));
  trainers.forEach((trainer) => trainer.destroy());
});
