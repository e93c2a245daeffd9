import { describe, expect, test } from 'vitest';
import { crc32 } from '../../src/io/crc32.js';
import { embedding, gru, lstm, linear, type Model, oneHot, rnn, sequential } from '../../src/model/description.js';
import { initialParameters } from '../../src/model/initial.js';
import { isTrained, unpackParameter } from '../../src/model/layout.js';
import { recurrent, type RecurrentDescription } from '../../src/model/recurrent.js';

const SEED = 5;
const valuesOf = (model: Model, name: string, seed = SEED): Float32Array => {
  const parameter = model.layout.parameters.find((candidate) => candidate.name === name)!;
  return unpackParameter(parameter, initialParameters(model, seed));
};
const mean = (array: ArrayLike<number>) => Array.from(array).reduce((a, b) => a + b, 0) / array.length;
const meanSquare = (array: Float32Array) => mean(array.map((x) => x * x));

/** Mean and mean square of N(0, deviation²), each within four standard errors. */
function expectNormal(array: Float32Array, deviation: number, name: string): void {
  expect(Math.abs(mean(array)), name).toBeLessThan((4 * deviation) / Math.sqrt(array.length));
  expect(Math.abs(meanSquare(array) / deviation ** 2 - 1), name).toBeLessThan(4 * Math.sqrt(2 / array.length));
}

describe(`initial parameters (seed ${SEED})`, () => {
  const model = sequential([embedding(50, 40), lstm(16), linear(50)]);
  const flat = initialParameters(model, SEED);

  test('are the same for the same seed and others for another', () => {
    expect(initialParameters(model, SEED)).toEqual(flat);
    expect(initialParameters(model, 6)).not.toEqual(flat);
  });

  test('are, bit for bit, those of version 0.1.0', () => {
    const crc = (of: Model, seed: number) => crc32(new Uint8Array(initialParameters(of, seed).buffer)).toString(16);
    expect(crc(model, 5)).toBe('7e5faf8e');
    const biases = [oneHot(11), lstm(5, { bias: 'none' }), lstm(6, { layers: 2, bias: 'input' }), linear(11)];
    expect(crc(sequential(biases), 7)).toBe('90755ef5');
  });

  test('differ between the two biases of a layer', () => {
    expect(valuesOf(model, '1.bias_ih_l0')).not.toEqual(valuesOf(model, '1.bias_hh_l0'));
  });

  test('are zero in padding', () => {
    expect(flat.filter((value) => value !== 0)).toHaveLength(model.layout.count);
  });

  test('do not depend on the layers that come after', () => {
    const longer = sequential([embedding(50, 40), lstm(16, { layers: 2 }), linear(50)]);
    expect(valuesOf(longer, '0.weight')).toEqual(valuesOf(model, '0.weight'));
  });

  test('are zero where a clockwork\'s module hears a faster one, whatever the scheme', () => {
    for (const initial of ['pytorch', 'glorot-orthogonal', 'pascanu-smart', 'karpathy'] as const) {
      const clockwork = sequential([oneHot(3), recurrent('clockwork', 10, { modules: 4, initial })]);
      const weight = clockwork.layout.parameters[1];
      const values = valuesOf(clockwork, weight.name);
      values.forEach((value, e) => expect(value !== 0, `${initial}, ${e}`).toBe(isTrained(weight, e)));
    }
  });

  test('of a layer-normalised LSTM have gains of 1 and a shift of 0', () => {
    const normed = sequential([oneHot(3), lstm(5, { layerNorm: true, initial: 'karpathy' })]);
    expect([...valuesOf(normed, '1.norm_l0')]).toEqual([...Array<number>(25).fill(1), ...Array<number>(5).fill(0)]);
    expect([...valuesOf(normed, '1.gain_ih_l0')]).toEqual(Array<number>(20).fill(1));
  });
});

describe('forgetBias is what the forget gate\'s biases add up to; all else stays as it was', () => {
  const H = 6;
  const biases = (layer: RecurrentDescription) => {
    const model = sequential([oneHot(3), layer]);
    return model.layout.parameters.filter(({ name }) => name.includes('bias'))
      .map(({ name }) => [...valuesOf(model, name)]);
  };
  const replaced = (bias: number[], value: number) => bias.map((old, e) => (e >= H && e < 2 * H ? value : old));

  test('with both biases, b_ih holds it and b_hh is zero', () => {
    const [ih, hh] = biases(lstm(H));
    expect(biases(lstm(H, { forgetBias: 1.5 }))).toEqual([replaced(ih, 1.5), replaced(hh, 0)]);
    expect(biases(lstm(H, { forgetBias: 0 }))).toEqual([replaced(ih, 0), replaced(hh, 0)]);
  });

  test('with one, it holds it', () => {
    const [ih] = biases(lstm(H, { bias: 'input' }));
    expect(biases(lstm(H, { bias: 'input', forgetBias: -2 }))).toEqual([replaced(ih, -2)]);
  });

  test('in every layer and direction', () => {
    const all = biases(lstm(H, { layers: 2, bidirectional: true, forgetBias: 3 }));
    const forget = (value: number) => Array<number>(H).fill(value);
    expect(all.map((bias) => bias.slice(H, 2 * H))).toEqual([3, 0, 3, 0, 3, 0, 3, 0].map(forget));
  });

  test('where the forget gate is another block', () => {
    for (const cell of ['lstm-nig', 'min-lstm']) {
      const [ih] = biases(recurrent(cell, H, { bias: 'input', forgetBias: 1 }));
      expect(ih.slice(0, H), cell).toEqual([1, 1, 1, 1, 1, 1]);
      expect(ih.slice(H), cell).not.toContain(1);
    }
  });

  test('Keras\' LSTM: zeros but for the forget gate', () => {
    const keras = lstm(H, { bias: 'input', initial: 'glorot-orthogonal', forgetBias: 1 });
    expect(biases(keras)).toEqual([replaced(Array<number>(4 * H).fill(0), 1)]);
  });
});

describe(`the schemes (seed ${SEED})`, () => {
  const [I, H] = [30, 40];
  const withInitial = (initial: RecurrentDescription['initial']) =>
    sequential([embedding(4, I), recurrent('lstm-peephole', H, { initial })]);
  const weights = ['1.weight_ih_l0', '1.weight_hh_l0', '1.peephole_l0'];
  const biases = ['1.bias_ih_l0', '1.bias_hh_l0'];

  const withoutBiases = ['glorot-orthogonal', 'pascanu-sigmoid', 'pascanu-tanh', 'pascanu-smart', 'identity'] as const;
  for (const scheme of withoutBiases) {
    test(`${scheme}: biases are zero`, () => {
      for (const name of biases) expect(valuesOf(withInitial(scheme), name).every((value) => value === 0)).toBe(true);
    });
  }

  test('karpathy: everything is U(±.08)', () => {
    for (const name of [...weights, ...biases]) {
      const values = valuesOf(withInitial('karpathy'), name);
      const largest = Math.max(...values.map(Math.abs));
      expect(largest, name).toBeLessThanOrEqual(Math.fround(0.08));
      expect(largest, name).toBeGreaterThan(0.08 * (1 - 10 / values.length));
      expect(Math.abs(meanSquare(values) / (0.08 ** 2 / 3) - 1), name).toBeLessThan(4 * Math.sqrt(0.8 / values.length));
    }
  });

  for (const [scheme, deviation] of [['pascanu-sigmoid', 0.01], ['pascanu-tanh', 0.1]] as const) {
    test(`${scheme}: weights are N(0, ${deviation}²)`, () => {
      for (const name of weights) expectNormal(valuesOf(withInitial(scheme), name), deviation, name);
    });
  }

  test('pascanu-smart: input weights N(0, .01²), 15 values in each row of the recurrent ones', () => {
    const model = withInitial('pascanu-smart');
    expectNormal(valuesOf(model, '1.weight_ih_l0'), 0.01, 'weight_ih');
    const recurrentWeights = valuesOf(model, '1.weight_hh_l0');
    const filled = new Set<number>();
    for (let row = 0; row < 4 * H; row++) {
      const values = recurrentWeights.subarray(row * H, (row + 1) * H);
      const places = [...values.keys()].filter((column) => values[column] !== 0);
      expect(places, `row ${row}`).toHaveLength(15);
      places.forEach((column) => filled.add(column));
    }
    expect(filled.size).toBe(H);
  });

  test('identity: input weights N(0, .001²), each gate\'s recurrent ones 1 on the diagonal and 0 elsewhere', () => {
    const model = withInitial('identity');
    expectNormal(valuesOf(model, '1.weight_ih_l0'), 0.001, 'weight_ih');
    valuesOf(model, '1.weight_hh_l0').forEach((value, e) =>
      expect(value, `${e}`).toBe((Math.floor(e / H) - (e % H)) % H === 0 ? 1 : 0));
    const projected = recurrent('lstm-projected', 5, { initial: 'identity', projection: 3 });
    const narrow = sequential([embedding(4, I), projected]);
    expect(Array.from(valuesOf(narrow, '1.weight_hr_l0')), 'of a projection, from its first units').toEqual([
      1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0,
    ]);
  });

  test('glorot-orthogonal: input weights fill Keras\' U(±√(6/(inputs + 4H))), peepholes are N(0, .1²)', () => {
    const model = withInitial('glorot-orthogonal');
    const values = valuesOf(model, '1.weight_ih_l0');
    const bound = Math.sqrt(6 / (I + 4 * H));
    const largest = Math.max(...values.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(Math.fround(bound));
    expect(largest).toBeGreaterThan(bound * (1 - 10 / values.length));
    expectNormal(valuesOf(model, '1.peephole_l0'), 0.1, 'peephole');
  });

  test('glorot-orthogonal: recurrent weights are one matrix over all gates, its columns orthonormal', () => {
    for (const layer of [rnn, gru, lstm].map((make) => make(H, { initial: 'glorot-orthogonal' }))) {
      const model = sequential([embedding(4, I), layer]);
      const values = valuesOf(model, '1.weight_hh_l0');
      const column = (c: number) => values.filter((_, e) => e % H === c);
      for (const [a, b] of [[0, 0], [0, 1], [7, 7], [7, 39], [39, 39]]) {
        const product = column(a).reduce((sum, value, row) => sum + value * column(b)[row], 0);
        expect(product, `${layer.cell}, columns ${a} and ${b}`).toBeCloseTo(a === b ? 1 : 0, 5);
      }
    }
  });
});
