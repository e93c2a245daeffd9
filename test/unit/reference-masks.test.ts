// Recurrent dropout and zoneout, read off from layers that show them, against draws addressed as src/random/streams.ts
// says.
import { expect, test } from 'vitest';
import { input, rnn, sequential } from '../../src/model/description.js';
import type { Network } from '../../src/model/network.js';
import { recurrent, type RecurrentDescription } from '../../src/model/recurrent.js';
import { recurrenceLayer } from '../../src/model/states.js';
import { dropoutKeeps, dropoutThreshold, philox4x32 } from '../../src/random/philox.js';
import { keyTag, stream } from '../../src/random/streams.js';
import { createReferenceNetwork } from '../../src/train/create-network.js';

const SEED = 9;
const STEP = 4;

/** The random word of element `e`, addressed as src/random/streams.ts says. */
const word = (e: number, layer: number, of: number): number =>
  philox4x32([Math.floor(e / 4), STEP, layer, of], [SEED, keyTag], new Uint32Array(4))[e % 4]!;

/** A layer whose weights are what `weight` says; all else zero. */
async function network(
  layer: RecurrentDescription, shape: { timeSteps: number; batch: number }, weights: Record<string, number[]>,
): Promise<Network> {
  const net = await createReferenceNetwork(sequential([input(1), layer]), { ...shape, seed: SEED });
  const zeros = [...await net.parameters()].map(([name, values]) => [name, values.fill(0)] as const);
  await net.setParameters(new Map(zeros));
  await net.setParameters(new Map(Object.entries(weights)));
  return net;
}

const identity = (n: number): number[] => Array.from({ length: n * n }, (_, e) => (e % (n + 1) === 0 ? 1 : 0));

test('recurrent dropout multiplies h_{t−1} by one mask at all times: element b·pad4(H) + u', async () => {
  const layer = rnn(5, { activation: 'identity', recurrentDropout: 0.3, bidirectional: true });
  const net = await network(layer, { timeSteps: 2, batch: 3 },
    { '1.weight_hh_l0': identity(5), '1.weight_hh_l0_reverse': identity(5) });
  const given = { inputs: new Float64Array(6), states: { '1.hidden': new Float64Array(30).fill(1) } };
  const { states } = await net.run({ ...given, step: STEP });
  const scale = Math.fround(1 / 0.7);
  states['1.hidden']!.forEach((value, e) => {
    const [direction, b, u] = [Math.floor(e / 15), Math.floor(e / 5) % 3, e % 5];
    const bits = word(b * 8 + u, recurrenceLayer(1, 0, direction), stream.recurrentDropout);
    expect(value).toBeCloseTo(dropoutKeeps(bits, dropoutThreshold(0.3)) ? scale * scale : 0, 14);
  });
  expect((await net.run(given)).states['1.hidden']!.every((value) => value === 1)).toBe(true);
});

test('recurrent dropout of a projected state has rows of pad4(H) all the same', async () => {
  // i = o = 1, f = 0 and h = W_hr·tanh(tanh(h·R)), unit u sees column u: what was dropped comes out as zero.
  const layer = recurrent('lstm-projected', 5, { projection: 2, recurrentDropout: 0.5 });
  const copy = [...identity(2), ...new Array<number>(6).fill(0)]; // [5, 2]
  const none = new Array<number>(10).fill(0);
  const net = await network(layer, { timeSteps: 1, batch: 4 }, {
    '1.weight_hh_l0': [...none, ...none, ...copy, ...none],
    '1.weight_hr_l0': [1, 0, 0, 0, 0, 0, 1, 0, 0, 0],
    '1.bias_ih_l0': [40, -40, 0, 40].flatMap((bias) => new Array<number>(5).fill(bias)),
  });
  const { outputs } = await net.run({
    inputs: new Float64Array(4), states: { '1.hidden': new Float64Array(8).fill(1) }, step: STEP,
  });
  outputs.forEach((value, e) => {
    const bits = word(Math.floor(e / 2) * 8 + (e % 2), recurrenceLayer(1, 0, 0), stream.recurrentDropout);
    expect(value > 0.5).toBe(dropoutKeeps(bits, dropoutThreshold(0.5)));
  });
});

test('recurrent dropout of a gru-before is of r·h, too, by the same mask', async () => {
  // r = u = ½: h ← (h + tanh(r·h))/2, or h/2 where the mask drops r·h.
  const net = await network(recurrent('gru-before', 3, { recurrentDropout: 0.5 }), { timeSteps: 1, batch: 4 },
    { '1.weight_hn_l0': identity(3) });
  const { outputs } = await net.run({
    inputs: new Float64Array(4), states: { '1.hidden': new Float64Array(12).fill(1) }, step: STEP,
  });
  outputs.forEach((value, e) => {
    const bits = word(Math.floor(e / 3) * 4 + (e % 3), recurrenceLayer(1, 0, 0), stream.recurrentDropout);
    expect(value).toBeCloseTo(dropoutKeeps(bits, dropoutThreshold(0.5)) ? (1 + Math.tanh(2 * 0.5)) / 2 : 0.5, 14);
  });
});

for (const direction of [0, 1]) {
  test(`zoneout keeps h by element (t·B + b)·pad4(H) + u of its draws, direction ${direction}`, async () => {
    const layer = rnn(3, { activation: 'identity', zoneout: 0.4, bidirectional: true });
    const net = await network(layer, { timeSteps: 5, batch: 2 },
      { '1.weight_ih_l0': [1, 1, 1], '1.weight_ih_l0_reverse': [1, 1, 1] });
    const inputs = Float64Array.from({ length: 10 }, (_, e) => 10 + Math.floor(e / 2)); // 10 + t
    const { outputs } = await net.run({ inputs, step: STEP });
    let zoned = 0;
    outputs.forEach((value, e) => {
      if (Math.floor(e / 3) % 2 !== direction) return;
      const [t, b, u] = [Math.floor(e / 12), Math.floor(e / 6) % 2, e % 3];
      const bits = word((t * 2 + b) * 4 + u, recurrenceLayer(1, 0, direction), stream.zoneoutHidden);
      const moved = dropoutKeeps(bits, dropoutThreshold(0.4));
      zoned += Number(!moved);
      const before = direction === 0 ? (t === 0 ? 0 : outputs[e - 12]) : t === 4 ? 0 : outputs[e + 12];
      expect(value, `t ${t}, row ${b}, unit ${u}`).toBe(moved ? 10 + t : before);
    });
    expect(zoned).toBeGreaterThan(0);
  });
}

test('zoneout of the cell has draws of its own, and h is made of the cell that would have been', async () => {
  // i = o = 1, f = 0: c = tanh(x), and h = tanh(c) whether c stays or not.
  const net = await network(recurrent('lstm', 3, { zoneout: { cell: 0.5 } }), { timeSteps: 1, batch: 2 }, {
    '1.weight_ih_l0': [0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0],
    '1.bias_ih_l0': [40, 40, 40, -40, -40, -40, 0, 0, 0, 40, 40, 40],
  });
  const before = new Float64Array(6).fill(0.25);
  const { outputs, states } = await net.run({ inputs: [1, 1], states: { '1.cell': before }, step: STEP });
  states['1.cell']!.forEach((value, e) => {
    const bits = word(Math.floor(e / 3) * 4 + (e % 3), recurrenceLayer(1, 0, 0), stream.zoneoutCell);
    expect(value).toBeCloseTo(dropoutKeeps(bits, dropoutThreshold(0.5)) ? Math.tanh(1) : 0.25, 14);
  });
  outputs.forEach((value) => expect(value).toBeCloseTo(Math.tanh(Math.tanh(1)), 14));
});

test('zoneout without a step is its mean: p·before + (1 − p)·candidate', async () => {
  const net = await network(rnn(1, { activation: 'identity', zoneout: 0.25 }), { timeSteps: 2, batch: 1 },
    { '1.weight_ih_l0': [1] });
  const { outputs } = await net.run({ inputs: [8, 4], states: { '1.hidden': [16] } });
  expect([...outputs]).toEqual([0.25 * 16 + 0.75 * 8, 0.25 * 10 + 0.75 * 4]);
});
