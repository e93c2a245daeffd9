import { describe, expect, test } from 'vitest';
import { cells } from '../../src/cells/index.js';
import { CONTROL_WORDS } from '../../src/kernels/control.js';
import { gateSums as gateSumsKernel, GATE_THREADS } from '../../src/kernels/gate-sums.js';
import { pad4 } from '../../src/model/layout.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { gateSums } from '../../src/reference/gate-sums.js';
import { double, type Floats, poisoned, randomRows } from '../support/arrays.js';
import { expectClose } from '../support/close.js';
import { runKernel, testDevice } from '../support/gpu.js';
import { gpuEngine, initialOf, modelOf, referenceEngine, type TaskCase, testBlock } from '../support/task-cases.js';
import { compareFlow, vectorsOf } from '../support/task-flow.js';

describe('gradients flow and gates open as in the reference', () => {
  for (const name of Object.keys(cells)) {
    test(name, async () => {
      const row: TaskCase = { cell: name, input: { kind: 'values', width: 3 }, ragged: true, units: 6 };
      const gpu = await gpuEngine(await testDevice(), row);
      await compareFlow(gpu, referenceEngine(row), row);
      gpu.destroy();
    });
  }
});

test('how open gates are, as a network leaves them', async () => {
  const row: TaskCase = { cell: 'carousel', input: { kind: 'values', width: 1 }, ragged: true, units: 3, testBatch: 3 };
  const gpu = await gpuEngine(await testDevice(), row);
  const block = testBlock(row, 1);
  const { gates } = (await gpu.flow(block, vectorsOf(row)))!;
  const steps = block.lengths.subarray(0, 3).reduce((a, b) => a + b);
  expect(gates.map(([, , , count]) => count)).toEqual([3 * steps, 3 * steps]);
  // Gates of the carousel see the input alone.
  const model = modelOf(row);
  const [weight, bias] = ['weight_ih_l0', 'bias_ih_l0'].map((name) =>
    model.layout.parameters.find((each) => each.name === `1.${name}`)!);
  const flat = initialOf(row);
  const inputs = new Float32Array(block.words.buffer, 4 * block.layout.inputs);
  for (const lane of [0, 1]) {
    let sum = 0;
    for (let b = 0; b < 3; b++) {
      for (let t = 0; t < block.lengths[b]!; t++) {
        for (let unit = 0; unit < 3; unit++) {
          const at = 2 * unit + lane;
          const z = flat[weight!.offset + at]! * inputs[4 * (t * 3 + b)]! + flat[bias!.offset + at]!;
          sum += 1 / (1 + Math.exp(-z));
        }
      }
    }
    expectClose([gates[lane]![0]!], [sum], { what: `lane ${lane}` });
  }
  gpu.destroy();
});

test('the gate sums agree with the reference, the count exactly', async () => {
  const [timeSteps, batch, units, lanes] = [5, 3, 17, 4];
  const random = new CounterRandom(77, 0);
  const pitch = pad4(units * lanes);
  const gates = randomRows(random, timeSteps * batch, units * lanes).map((g) => Math.abs(g));
  const lengths = [5, 0, 2];
  const control = new Uint32Array(2 * (CONTROL_WORDS + batch)); // of two trials, the second's lengths at the end
  control.set([...lengths, 1, 1, 1], 2 * CONTROL_WORDS);
  const { sums } = await runKernel(await testDevice(), gateSumsKernel({ timeSteps, batch, units, lanes, trials: 2 }), {
    gates: Float32Array.from([...gates, ...poisoned(gates.length)]), sums: poisoned(4 * GATE_THREADS * lanes), control,
  });
  const expected = gateSums({ timeSteps, batch, units, lanes, lengths }, double(gates));
  expect(pitch).toBe(units * lanes);
  expected.forEach(([sum, left, right, count], lane) => {
    const own = [0, 0, 0, 0];
    for (let i = 0; i < 4 * GATE_THREADS; i++) own[i % 4]! += (sums as Floats)[lane * 4 * GATE_THREADS + i]!;
    expect(own.slice(1)).toEqual([left, right, count]);
    expect(count).toBe(7 * units);
    expectClose([own[0]!], [sum], { what: `Σ of lane ${lane}` });
  });
});
