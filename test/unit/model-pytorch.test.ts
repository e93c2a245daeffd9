import { describe, expect, test } from 'vitest';
import {
  embedding, gru, input, type LayerDescription, linear, lstm, oneHot, rnn, sequential,
} from '../../src/model/description.js';
import { initialParameters } from '../../src/model/initial.js';
import { unpackParameter } from '../../src/model/layout.js';

// What PyTorch 2 documents of nn.RNN, nn.GRU, nn.LSTM, nn.Embedding and nn.Linear: `dict(module.named_parameters())`
// and `reset_parameters`.

const SEED = 11;
const drawn = (layers: LayerDescription[], prefix: string): [string, readonly number[], Float32Array][] => {
  const model = sequential(layers);
  const flat = initialParameters(model, SEED);
  return model.layout.parameters.filter(({ name }) => name.startsWith(prefix))
    .map((parameter) => [parameter.name.slice(prefix.length), parameter.shape, unpackParameter(parameter, flat)]);
};
const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The range is filled to its ends, evenly: mean 0 and mean square bound²/3, each within four standard errors. */
function expectUniform(values: Float32Array, bound: number, name: string): void {
  const n = values.length;
  const largest = Math.max(...values.map(Math.abs));
  expect(largest, name).toBeLessThanOrEqual(Math.fround(bound));
  expect(largest, name).toBeGreaterThan(bound * (1 - 10 / n)); // misses with chance e^-10
  expect(Math.abs(mean(values)), name).toBeLessThan((4 * bound) / Math.sqrt(3 * n));
  expect(Math.abs(mean(values.map((x) => x * x)) - bound ** 2 / 3), name)
    .toBeLessThan(4 * bound ** 2 * Math.sqrt(4 / 45 / n));
}

/** Shapes of a layer and direction: `gates`·H rows, `width` inputs, `back` values fed back. */
const shapesOf = (gates: number, H: number, width: number, back: number, suffix: string): [string, number[]][] => [
  [`weight_ih${suffix}`, [gates * H, width]], [`weight_hh${suffix}`, [gates * H, back]],
  [`bias_ih${suffix}`, [gates * H]], [`bias_hh${suffix}`, [gates * H]],
];

describe(`the cells that PyTorch has start as there: names, shapes, order and U(±1/√H) (seed ${SEED})`, () => {
  const [I, H, P] = [9, 20, 8];
  const options = { layers: 2, bidirectional: true };
  const cases: [string, LayerDescription, number][] = [
    ['nn.RNN', rnn(H, options), 1], ['nn.RNN, relu', rnn(H, { ...options, activation: 'relu' }), 1],
    ['nn.GRU', gru(H, options), 3], ['nn.LSTM', lstm(H, options), 4],
  ];
  for (const [name, layer, gates] of cases) {
    test(name, () => {
      const found = drawn([input(I), layer], '1.');
      expect(found.map(([parameter, shape]) => [parameter, shape])).toEqual([
        ...shapesOf(gates, H, I, H, '_l0'), ...shapesOf(gates, H, I, H, '_l0_reverse'),
        ...shapesOf(gates, H, 2 * H, H, '_l1'), ...shapesOf(gates, H, 2 * H, H, '_l1_reverse'),
      ]);
      for (const [parameter, , values] of found) expectUniform(values, 1 / Math.sqrt(H), parameter);
    });
  }

  test('nn.LSTM, proj_size: the projection comes last, and its bound is of the units too', () => {
    const found = drawn([input(I), lstm(H, { ...options, projection: P })], '1.');
    const layer = (width: number, suffix: string): [string, number[]][] =>
      [...shapesOf(4, H, width, P, suffix), [`weight_hr${suffix}`, [P, H]]];
    expect(found.map(([parameter, shape]) => [parameter, shape])).toEqual([
      ...layer(I, '_l0'), ...layer(I, '_l0_reverse'), ...layer(2 * P, '_l1'), ...layer(2 * P, '_l1_reverse'),
    ]);
    for (const [parameter, , values] of found) expectUniform(values, 1 / Math.sqrt(H), parameter);
  });

  test('nn.Linear: U(±1/√inputs), bias included', () => {
    const found = drawn([input(I), lstm(H), linear(50)], '2.');
    expect(found.map(([parameter, shape]) => [parameter, shape])).toEqual([['weight', [50, H]], ['bias', [50]]]);
    for (const [parameter, , values] of found) expectUniform(values, 1 / Math.sqrt(H), parameter);
  });

  test('nn.Embedding: N(0, 1)', () => {
    const [[name, shape, values]] = drawn([embedding(50, 40), linear(2)], '0.');
    expect([name, shape]).toEqual(['weight', [50, 40]]);
    // Standard errors of 2000 values: √(1/n) of the mean, √(2/n) of the mean square, √(96/n) of the mean fourth power
    const n = values.length;
    expect(Math.abs(mean(values))).toBeLessThan(4 * Math.sqrt(1 / n));
    expect(Math.abs(mean(values.map((x) => x * x)) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(mean(values.map((x) => x ** 4)) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  });
});

describe('what PyTorch leaves out is left out here', () => {
  const names = (layer: LayerDescription) => sequential([oneHot(5), layer]).layout.parameters.map(({ name }) => name);

  test('bias = False', () => {
    for (const layer of [rnn(3, { bias: 'none' }), gru(3, { bias: 'none' }), lstm(3, { bias: 'none' })]) {
      expect(names(layer)).toEqual(['1.weight_ih_l0', '1.weight_hh_l0']);
    }
  });

  test('one layer, one direction by default', () => {
    for (const layer of [rnn(3), gru(3), lstm(3)]) {
      expect(names(layer)).toEqual(['1.weight_ih_l0', '1.weight_hh_l0', '1.bias_ih_l0', '1.bias_hh_l0']);
    }
  });
});
