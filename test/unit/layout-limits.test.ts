import { describe, expect, test } from 'vitest';
import { input, linear, lstm, oneHot, sequential } from '../../src/model/description.js';
import { elementCount, innerIndex, isTrained, pad4, pad64 } from '../../src/model/layout.js';
import { recurrent } from '../../src/model/recurrent.js';
import { stateSize } from '../../src/model/states.js';

test('padding does not wrap past 2^31 or 2^32', () => {
  for (const power of [2 ** 31, 2 ** 32, 2 ** 40]) {
    expect([power - 1, power, power + 1].map(pad4)).toEqual([power, power, power + 4]);
    expect([power - 1, power, power + 1].map(pad64)).toEqual([power, power, power + 64]);
  }
});

describe('the layout of 46,341 units, whose recurrent weights are 4 · 2^31 and more', () => {
  const H = 46341;
  const model = sequential([oneHot(11), lstm(H), linear(11)]);
  const { parameters, size, count } = model.layout;
  const named = new Map(parameters.map((parameter) => [parameter.name, parameter]));

  test('has as many values as its shapes say', () => {
    expect(count).toBe(4 * H * 11 + 4 * H * H + 2 * 4 * H + 11 * H + 11);
    expect(4 * H * H).toBeGreaterThan(2 ** 33);
  });

  test('places each after the one before, at multiples of 64', () => {
    let end = 0;
    for (const { name, offset, rows, pitch } of parameters) {
      expect(offset, name).toBe(end);
      expect(offset % 64, name).toBe(0);
      end = offset + pad64(rows * pitch);
    }
    expect(size).toBe(end);
  });

  test('finds the last value of each at its end', () => {
    for (const [name, parameter] of named) {
      const { offset, rows, columns, pitch } = parameter;
      expect(innerIndex(parameter, elementCount(parameter) - 1), name).toBe(offset + (rows - 1) * pitch + columns - 1);
    }
  });

  test('has states of its size, whatever the batch', () => {
    expect(stateSize(model, 65535)).toBe(2 * 65535 * 46344);
  });
});

describe('the weights that a clockwork has are counted without a look at each', () => {
  const weightsOf = (units: number, modules: number) =>
    sequential([input(1), recurrent('clockwork', units, { modules, bias: 'none' })]).layout;

  test('as many as there are', () => {
    for (const [units, modules] of [[1, 1], [5, 1], [5, 5], [6, 2], [7, 3], [10, 4], [23, 22]]) {
      const { count, parameters: [, weight] } = weightsOf(units, modules);
      const there = Array.from({ length: units * units }, (_, e) => isTrained(weight, e)).filter(Boolean).length;
      expect(count - units, `${units} units, ${modules} modules`).toBe(there);
    }
  });

  test('of 2^26 units in two modules: three quarters of their square', () => {
    expect(weightsOf(2 ** 26, 2).count - 2 ** 26).toBe(0.75 * 2 ** 52);
  });
});
