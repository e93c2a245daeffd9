import { describe, expect, test } from 'vitest';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import type { GpuEngine } from '../../src/train/gpu-engine.js';
import { environment } from '../support/environment.js';
import { testDevice } from '../support/gpu.js';
import { heapMeter } from '../support/heap.js';
import { gpuEngine } from '../support/train.js';

// The fewest dispatches: what JavaScript does for a step is the same for every model.
const model = sequential([embedding(11, 1), linear(11)]);
const shape = { timeSteps: 1, batch: 1 };

async function steps(engine: GpuEngine, from: number, to: number): Promise<void> {
  for (let step = from; step < to; step++) {
    engine.submit({ step, cursor: step % 100, reset: false, rate: 0.01 });
    await engine.results(4);
  }
  await engine.results(0);
}

test('steps whose results nobody reads are refused before the ring is full', async () => {
  const engine = await gpuEngine(await testDevice(), { model: sequential([embedding(11, 1), lstm(1), linear(11)]) });
  const submit = (step: number): void => engine.submit({ step, cursor: 0, reset: true, rate: 0.01 });
  for (let step = 0; step < 32; step++) submit(step);
  expect(() => submit(32)).toThrow('32 steps are submitted and not read: await results() between steps');
  expect((await engine.results(0)).map(({ step }) => step)).toEqual(Array.from({ length: 32 }, (_, step) => step));
  engine.destroy();
});

// Chrome does not tell a page what its heap holds.
if (environment === 'node') describe('JavaScript memory', () => {
  test('is flat from step 2,000 to step 10,000: under 16 bytes a step stay', async () => {
    const engine = await gpuEngine(await testDevice(), { ...shape, model });
    const heap = await heapMeter();
    await steps(engine, 0, 2000);
    const before = await heap.alive();
    await steps(engine, 2000, 10_000);
    const kept = await heap.alive() - before;
    console.log(`heap after 10,000 steps: ${kept} bytes more than after 2,000`);
    expect(kept).toBeLessThan(16 * 8000);
    engine.destroy();
  });

  test('that a step allocates does not grow with the trials: under 20 bytes each', async () => {
    const heap = await heapMeter();
    const perStep = async (trials: number): Promise<number> => {
      const seeds = Array.from({ length: trials }, (_, n) => n);
      const engine = await gpuEngine(await testDevice(), { ...shape, model, seeds });
      await steps(engine, 0, 100);
      const bytes = await heap.allocated(() => steps(engine, 100, 400));
      engine.destroy();
      // Not the runtime's own callbacks, and not the results themselves.
      const ours = [...bytes]
        .filter(([name]) => /^(submit|control|results|read|mapped|record|encode|write)/.test(name));
      const sum = ours.reduce((total, [, size]) => total + size, 0) / 300;
      console.log(`${trials} trials: ${sum.toFixed(0)} bytes a step`);
      return sum;
    };
    const [one, many] = [await perStep(1), await perStep(101)];
    expect(one, 'some of them are found').toBeGreaterThan(0);
    expect(one).toBeLessThan(4000);
    expect((many - one) / 100).toBeLessThan(20);
  });
});
