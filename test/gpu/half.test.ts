// Recurrent weights as float16. The exact claim: a network with them is, within float32's bounds, the float64 reference
// whose recurrent weights were rounded likewise; sums, gates, states and gradients are float32 as ever.
//
// Against unrounded weights the bound follows from 11 bits: ŵ = w·(1 + δ), |δ| ≤ 2^-11 (w of at least 2^-14), so that
// one product differs by Σ|h·w·δ| ≤ 2^-11·Σ|h·w|.
//
// Numbers are tested where the adapter has shader-f16, its absence where it has not; all its shaders are compiled in
// test/unit/shaders.test.ts.
import { describe, expect, test } from 'vitest';
import { embedding, input, linear, lstm, recurrent, sequential, textCorpus } from '../../src/index.js';
import type { RecurrentOptions } from '../../src/model/recurrent.js';
import { type GradientInput, namedStateShapes, type NetworkGradients } from '../../src/model/network.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { createNetwork, createReferenceNetwork } from '../../src/train/create-network.js';
import { createTrainer, resumeTrainer } from '../../src/train/create.js';
import { decodeCheckpoint } from '../../src/train/checkpoint-read.js';
import { expectClose, expectEqualBits } from '../support/close.js';
import { environment } from '../support/environment.js';
import { testDevice } from '../support/gpu.js';
import { halfOf, withHalfWeights } from '../support/half.js';

const device = await testDevice();
const tiny = sequential([embedding(5, 3), lstm(9), linear(5)]);
const text = textCorpus('abcdeedcba'.repeat(40));

const cells: [string, RecurrentOptions, number][] = [
  ['lstm', { layers: 2 }, 17], ['lstm', { bidirectional: true }, 8], ['gru', { recurrentDropout: 0.3 }, 17],
  ['gru-before', {}, 9], ['rnn', {}, 33], ['lstm-projected', {}, 9], ['lstm-layer-norm', {}, 5], ['lstm-1997', {}, 5],
];

// What there is to test depends on the adapter: its float16, or that it says it has none.
type Register = (name: string, body: () => void | Promise<void>) => void;
function withFloat16(register: Register, name: string, body: () => void | Promise<void>): void {
  if (device.adapter.f16) register(name, body);
}
function withoutFloat16(register: Register, name: string, body: () => void | Promise<void>): void {
  if (!device.adapter.f16) register(name, body);
}

/** Arrays of a result by name, with the way that they come from. */
function arraysOf({ outputs, states, inputGradient, parameterGradients, stateGradients }: NetworkGradients) {
  return [
    ...Object.entries({ outputs, ...states }).map(([name, values]) => ({ name, values, pass: 'forward' as const })),
    ...[['inputs', inputGradient!] as const, ...parameterGradients, ...Object.entries(stateGradients)]
      .map(([name, values]) => ({ name: `gradient of ${name}`, values, pass: 'backward' as const })),
  ];
}

function testNumbers([cell, options, units]: typeof cells[number], seed: number): void {
  test(`${cell} ${JSON.stringify(options)}, H ${units} (seed ${seed})`, async () => {
    const model = sequential([input(4), recurrent(cell, units, options), linear(3)]);
    const shape = { timeSteps: 5, batch: 3, seed };
    const random = new CounterRandom(seed, 0);
    const draw = (length: number) => Float32Array.from({ length }, () => random.uniform(-1, 1));
    const states = () => Object.fromEntries([...namedStateShapes(model, 3)]
      .map(([name, [layers, batch, width]]) => [name, draw(layers * batch * width)]));
    const window: GradientInput = {
      inputs: draw(60), outputGradient: draw(45), states: states(), stateGradients: states(),
      ...(options.recurrentDropout ? { step: 7 } : {}),
    };
    const network = await createNetwork(device, model, { ...shape, precision: 'f16' });
    const reference = await createReferenceNetwork(model, shape);
    await reference.setParameters(withHalfWeights(model, await network.parameters()));
    const expected = arraysOf(await reference.gradients(window));
    for (const [i, { name, values, pass }] of arraysOf(await network.gradients(window)).entries()) {
      expectClose(values, expected[i]!.values, { what: name, seed, pass });
    }
    network.destroy();
  });
}

withFloat16(describe, 'with float16 a network agrees with the reference of rounded weights', () => {
  const rows = environment === 'chrome' ? cells.slice(0, 1) : cells;
  rows.forEach((row, i) => testNumbers(row, 9000 + i));
});

withFloat16(test, 'one step lies within 2^-11·Σ|h·w| of the reference of unrounded weights', async () => {
  const [units, seed] = [33, 9100];
  const model = sequential([input(1), recurrent('rnn-identity', units, { bias: 'none' })]);
  const random = new CounterRandom(seed, 0);
  const hidden = Float32Array.from({ length: units }, () => random.uniform(-1, 1));
  const shape = { timeSteps: 1, batch: 1, seed };
  const network = await createNetwork(device, model, { ...shape, precision: 'f16' });
  const reference = await createReferenceNetwork(model, shape);
  const weights = (await network.parameters()).get('1.weight_hh_l0')!;
  const window = { inputs: [0], states: { '1.hidden': hidden } };
  const [actual, expected] = [(await network.run(window)).outputs, (await reference.run(window)).outputs];
  const worst = expected.map((h, u) => {
    // A weight below 2^-14 moves by 2^-15 at most; float32's own sum by 33·2^-24 of Σ|h·w|, and so once more its input.
    const bound = hidden.reduce((sum, x, k) => {
      const weight = Math.abs(weights[u * units + k]!);
      const rounding = Math.max(2 ** -11 * weight, weight < 2 ** -14 ? 2 ** -15 : 0);
      return sum + Math.abs(x) * (rounding + 34 * 2 ** -24 * weight);
    }, 0);
    return Math.abs(actual[u]! - h) / bound;
  });
  expect(Math.max(...worst), `seed ${seed}`).toBeLessThanOrEqual(1);
  expect(Math.max(...worst), 'weights are rounded at all').toBeGreaterThan(0.01);
  network.destroy();
});

withFloat16(describe, 'a run with float16', () => {
  const options = { timeSteps: 6, batch: 2, precision: 'f16' } as const;

  test('goes on from its checkpoint bit for bit, and its parameters are more than float16 holds', async () => {
    const losses = async (steps: number, from?: Uint8Array) => {
      const trainer = from
        ? await resumeTrainer(device, decodeCheckpoint(from)) : await createTrainer(device, tiny, options);
      const seen: number[] = [];
      for await (const { loss } of trainer.fit(text, { steps })) seen.push(loss);
      const bytes = await trainer.checkpoint();
      trainer.destroy();
      return { seen, bytes };
    };
    const whole = await losses(6);
    const half = await losses(3);
    const rest = await losses(3, half.bytes);
    expectEqualBits(Float32Array.from([...half.seen, ...rest.seen]), Float32Array.from(whole.seen), 'losses');
    const { precision, strategy, snapshot } = decodeCheckpoint(whole.bytes);
    expect({ precision, held: strategy!.recurrence.held }).toEqual({ precision: 'f16', held: 'f16' });
    expect(snapshot.parameters.some((x) => x !== halfOf(x))).toBe(true);
  });

  test('says how many bytes do not fit', async () => {
    const wide = sequential([input(2), lstm(500)]);
    await expect(createNetwork(device, wide, { timeSteps: 2, batch: 1, precision: 'f16' })).rejects.toThrow(
      `precision "f16" needs 2000000 bytes for a layer's recurrent weights and a workgroup on ${device.adapter.name} ` +
      `holds ${device.adapter.workgroupMemory}: use fewer units, or leave precision out (f32)`);
  });
});

withoutFloat16(test, 'an adapter without float16 says so, for a network and for a trainer', async () => {
  const message = `precision "f16" needs shader-f16, which ${device.adapter.name} lacks: use another adapter, ` +
    'or leave precision out (f32)';
  await expect(createNetwork(device, tiny, { timeSteps: 2, batch: 1, precision: 'f16' })).rejects.toThrow(message);
  await expect(createTrainer(device, tiny, { precision: 'f16' })).rejects.toThrow(message);
});

test('float16 holds what the rounding of these tests gives', () => {
  expect([0, 1, -1, 65_504, 1e9, 2 ** -14, 1 / 3, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -15, 1.5 * 2 ** -15].map(halfOf))
    .toEqual([0, 1, -1, 65_504, 65_504, 2 ** -14, 0.333251953125, 1, 1 + 2 ** -9, 0, 2 ** -14]);
});
