import { expect, test } from 'vitest';
import { cursorAt, trainingWindows } from '../../src/data/streams.js';
import { linear, lstm, oneHot, sequential } from '../../src/model/description.js';
import { testDevice } from '../support/gpu.js';
import { countCalls } from '../support/gpu-calls.js';
import { gpuEngine, smallOptions, texts, train } from '../support/train.js';

const STEPS = 20;
const tiny = sequential([oneHot(11), lstm(3), linear(11)]);

for (const driver of ['step', 'sequence'] as const) {
  for (const immediates of [true, false]) {
    test(`a step creates nothing and submits once: ${driver}, immediates ${immediates}`, async () => {
      const options = immediates ? {} : { model: tiny }; // compiling is what takes time here
      const engine = await gpuEngine(await testDevice({ immediates }), { seeds: [1, 2], ...options }, driver);
      const windows = trainingWindows(texts.training.length, smallOptions);
      await train(engine, 0, 1);
      const calls = countCalls();
      try {
        for (let step = 1; step <= STEPS; step++) {
          engine.submit({ step, rate: 0.01, ...cursorAt(step, windows) });
          await engine.results(4);
        }
        const counts = new Map(calls.counts);
        const created = [...counts.keys()].filter((key) => /\.(create|import|getBindGroupLayout)/.test(key));
        expect(created, 'created while training').toEqual(['GPUDevice.createCommandEncoder']);
        expect(counts.get('GPUDevice.createCommandEncoder')).toBe(STEPS);
        expect(counts.get('GPUQueue.submit')).toBe(STEPS);
        expect(counts.get('GPUQueue.writeBuffer'), 'one write a step, of the control records').toBe(STEPS);
        expect(counts.get('GPUCommandEncoder.beginComputePass')).toBe(STEPS);
        expect(counts.get('GPUComputePassEncoder.dispatchWorkgroups')).toBe(STEPS * engine.program.dispatches.length);
      } finally {
        calls.stop();
      }
      expect((await engine.results(0)).at(-1)!.step).toBe(STEPS);
      engine.destroy();
    });
  }
}

test('the counter sees what is created', async () => {
  const device = await testDevice();
  const calls = countCalls();
  device.gpu.createBuffer({ size: 4, usage: GPUBufferUsage.STORAGE }).destroy();
  calls.stop();
  device.gpu.createBuffer({ size: 4, usage: GPUBufferUsage.STORAGE }).destroy();
  expect(calls.counts.get('GPUDevice.createBuffer')).toBe(1);
});
