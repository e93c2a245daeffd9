import { afterAll, expect, test } from 'vitest';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import type { GenerateOptions } from '../../src/model/engine.js';
import type { GpuEngine } from '../../src/train/gpu-engine.js';
import { createGenerator } from '../../src/train/gpu-generator.js';
import { chooseStrategy } from '../../src/schedule/tiles.js';
import { initialParameters } from '../../src/model/initial.js';
import { testDevice } from '../support/gpu.js';
import { countCalls } from '../support/gpu-calls.js';
import { gpuEngine, smallOptions } from '../support/train.js';

const model = sequential([embedding(11, 2), lstm(3), linear(11)]);
const engines: GpuEngine[] = [];
afterAll(() => engines.forEach((engine) => engine.destroy()));

async function engineOf(): Promise<GpuEngine> {
  const engine = await gpuEngine(await testDevice(), { model });
  engines.push(engine);
  return engine;
}

const options: GenerateOptions = { prime: Uint32Array.of(3, 4, 5), length: 60, temperature: 1, seed: 7, trial: 0 };

async function written(pieces: AsyncIterable<Uint32Array>): Promise<number[][]> {
  const out: number[][] = [];
  for await (const piece of pieces) out.push([...piece]);
  return out;
}

test('a text comes in growing pieces: a submit each, later ones submitted before the first is read', async () => {
  const engine = await engineOf();
  const whole = await written(engine.generate(options));
  expect(whole.map(({ length }) => length)).toEqual([4, 8, 16, 32]);
  const calls = countCalls();
  try {
    const pieces = engine.generate(options);
    expect([...(await pieces.next()).value as Uint32Array]).toEqual(whole[0]);
    // The copy of the parameters, the prime, the piece that was read, and two behind it.
    expect(calls.counts.get('GPUQueue.submit')).toBe(5);
    expect(await written(pieces)).toEqual(whole.slice(1));
    expect(calls.counts.get('GPUQueue.submit')).toBe(6);
    const made = [...calls.counts].filter(([name]) => /create(?!CommandEncoder)/.test(name));
    expect(made, 'nothing is made for a second text').toEqual([]);
  } finally {
    calls.stop();
  }
});

test('a reader that leaves early leaves nothing behind: the next text is whole, from the same memory', async () => {
  const engine = await engineOf();
  const whole = await written(engine.generate(options));
  const { bytes } = engine;
  for (const after of [0, 1, 2]) {
    const pieces = engine.generate(options);
    for (let i = 0; i < after; i++) expect([...(await pieces.next()).value as Uint32Array]).toEqual(whole[i]);
    await pieces.return(undefined);
    expect(engine.bytes).toBe(bytes);
  }
  expect(await written(engine.generate(options))).toEqual(whole);
});

test('two writers at once leave one generator\'s memory', async () => {
  const engine = await engineOf();
  const alone = await written(engine.generate(options));
  const { bytes } = engine;
  const both = await Promise.all([options, { ...options, seed: 8 }].map((each) => written(engine.generate(each))));
  expect(both[0]).toEqual(alone);
  expect(both[1]).not.toEqual(alone);
  expect(engine.bytes).toBe(bytes);
});

test('threads that sample together draw what one alone does (seeds 1 to 3)', async () => {
  const device = await testDevice();
  const strategy = chooseStrategy(device.adapter, smallOptions);
  const run = { ...smallOptions, trials: 1, immediates: device.immediates };
  const parameters = initialParameters(smallOptions.model, 1).map((value) => 3 * value); // far from uniform
  const texts = await Promise.all(([1, 16] as const).map(async (columnLanes) => {
    const generator = await createGenerator(device, { ...run, strategy: { ...strategy, columnLanes } });
    const all: number[][][] = [];
    for (const seed of [1, 2, 3]) all.push(await written(generator.generate(parameters, { ...options, seed })));
    all.push(await written(generator.generate(parameters, { ...options, temperature: 0 })));
    generator.destroy();
    return all;
  }));
  expect(texts[1]).toEqual(texts[0]);
  expect(new Set(texts[0]!.map((text) => text.join())).size, 'seeds and temperatures differ').toBe(4);
});
