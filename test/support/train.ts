import { cursorAt, trainingWindows } from '../../src/data/streams.js';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import type { Engine, EngineOptions, StepResult } from '../../src/model/engine.js';
import { adam } from '../../src/model/optimizers.js';
import type { Device } from '../../src/gpu/device.js';
import type { Driver } from '../../src/kernels/recurrence.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { chooseStrategy } from '../../src/schedule/tiles.js';
import { GpuEngine } from '../../src/train/gpu-engine.js';
import type { Words } from './arrays.js';

/** A text with something to learn: each token is its predecessor plus one, or now and then any. Below 11. */
export function learnableText(length: number, seed: number): Words {
  const random = new CounterRandom(seed, 9);
  const text = new Uint32Array(length);
  for (let i = 1; i < length; i++) text[i] = random.next() < 0.8 ? (text[i - 1]! + 1) % 11 : random.integer(11);
  return text;
}

/** A small model with everything in it: embedding, two layers, dropout, both biases; clipping that bites. */
export const smallOptions: EngineOptions = {
  model: sequential([embedding(11, 5), lstm(7, { layers: 2, dropout: 0.25 }), linear(11)]),
  timeSteps: 6, batch: 3, seeds: [1], optimizer: adam({ rate: 0.02 }), clip: { norm: 0.5 },
};

// 200 tokens are streams of 66: eleven windows of 6, so that 30 steps pass the end of the text twice.
export const texts = { training: learnableText(200, 1), heldOut: learnableText(71, 2) };

/** An engine with {@link texts} set. */
export async function gpuEngine(
  device: Device, options: Partial<EngineOptions> = {}, driver: Driver = 'step',
): Promise<GpuEngine> {
  const all = { ...smallOptions, ...options };
  const engine = new GpuEngine(device, all, chooseStrategy(device.adapter, all, driver));
  await engine.setTexts(texts);
  return engine;
}

/** Steps `from` … `to` − 1, window after window of the text, and their results. */
export async function train(engine: Engine, from: number, to: number, rate = 0.02): Promise<StepResult[]> {
  const windows = trainingWindows(texts.training.length, smallOptions);
  const results: StepResult[] = [];
  for (let step = from; step < to; step++) {
    engine.submit({ step, rate, ...cursorAt(step, windows) });
    results.push(...await engine.results(4));
  }
  return [...results, ...await engine.results(0)];
}
