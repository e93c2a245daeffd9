import { describe, expect, test } from 'vitest';
import { embedding, linear, lstm, oneHot, sequential } from '../../src/model/description.js';
import { elementCount, innerIndex, pad4, pad64, packParameter, unpackParameter } from '../../src/model/layout.js';
import { dropoutLayer, stateSize } from '../../src/model/states.js';

const model = sequential([embedding(7, 5), lstm(3, { layers: 2 }), linear(7)]);

test('padding rounds up to 4 and 64', () => {
  expect([0, 1, 4, 5].map(pad4)).toEqual([0, 4, 4, 8]);
  expect([0, 1, 64, 65].map(pad64)).toEqual([0, 64, 64, 128]);
});

describe('the parameters of a model', () => {
  test('carry PyTorch\'s names and shapes', () => {
    expect(model.layout.parameters.map(({ name, shape }) => [name, ...shape])).toEqual([
      ['0.weight', 7, 5],
      ['1.weight_ih_l0', 12, 5], ['1.weight_hh_l0', 12, 3], ['1.bias_ih_l0', 12], ['1.bias_hh_l0', 12],
      ['1.weight_ih_l1', 12, 3], ['1.weight_hh_l1', 12, 3], ['1.bias_ih_l1', 12], ['1.bias_hh_l1', 12],
      ['2.weight', 7, 3], ['2.bias', 7],
    ]);
  });

  test('leave out the biases that are not asked for', () => {
    const names = (bias: 'input' | 'none', ofLinear: boolean) => {
      const { layout } = sequential([oneHot(2), lstm(3, { bias }), linear(2, { bias: ofLinear })]);
      return layout.parameters.map(({ name }) => name);
    };
    expect(names('input', true)).toEqual(['1.weight_ih_l0', '1.weight_hh_l0', '1.bias_ih_l0', '2.weight', '2.bias']);
    expect(names('none', false)).toEqual(['1.weight_ih_l0', '1.weight_hh_l0', '2.weight']);
  });

  test('lie at multiples of 256 bytes, in rows of multiples of 16 bytes, apart from each other', () => {
    let end = 0;
    for (const { offset, rows, columns, pitch } of model.layout.parameters) {
      expect(offset % 64).toBe(0);
      expect(pitch).toBe(pad4(columns));
      expect(offset).toBeGreaterThanOrEqual(end);
      end = offset + rows * pitch;
    }
    expect(model.layout.size).toBe(pad64(end));
    expect(model.layout.count).toBe(7 * 5 + 12 * 5 + 12 * 3 * 3 + 4 * 12 + 7 * 3 + 7);
  });

  test('come out of the flat buffer as they went in, each value at a place of its own', () => {
    const base = 128;
    const flat = new Float64Array(base + model.layout.size);
    const values = model.layout.parameters.map((parameter, k) =>
      Float32Array.from({ length: elementCount(parameter) }, (_, e) => 1000 * (k + 1) + e));
    model.layout.parameters.forEach((parameter, k) => packParameter(parameter, values[k], flat, base));
    model.layout.parameters.forEach((parameter, k) => {
      expect(unpackParameter(parameter, flat, base)).toEqual(values[k]);
    });
    expect(flat.filter((value) => value !== 0)).toHaveLength(model.layout.count);
  });

  test('interleave gates per unit inside: [inputs, units, gate]', () => {
    const weight = model.layout.parameters[1]; // [4·3, 5]
    const [gate, unit, input] = [2, 1, 4];
    const outside = (gate * 3 + unit) * 5 + input;
    expect(innerIndex(weight, outside)).toBe(weight.offset + input * 12 + unit * 4 + gate);
  });

  test('hold linear weights transposed inside: [inputs, outputs]', () => {
    const weight = model.layout.parameters[9]; // [7, 3]
    expect(innerIndex(weight, 5 * 3 + 2)).toBe(weight.offset + 2 * 8 + 5);
  });

  test('refuse values of another number', () => {
    expect(() => packParameter(model.layout.parameters[10], [1, 2], [])).toThrow(
      '2.bias has 2 values, its shape [7] needs 7',
    );
  });
});

test('states take [B, pad4(H)] for hidden and cell of each layer', () => {
  expect(stateSize(model, 6)).toBe(2 * 2 * 6 * 4);
  expect(stateSize(sequential([embedding(3, 2), linear(3)]), 6)).toBe(0);
});

test('dropout masks of different layers have different numbers', () => {
  const numbers = [0, 1, 2].flatMap((index) => [0, 1, 63].map((l) => dropoutLayer(index, l)));
  expect(new Set(numbers).size).toBe(9);
});
