import { describe, expect, test } from 'vitest';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import { initialParameters } from '../../src/model/initial.js';
import { unpackParameter } from '../../src/model/layout.js';

const model = sequential([embedding(50, 40), lstm(16), linear(50)]);
const flat = initialParameters(model, 5);
const values = (name: string) => unpackParameter(model.layout.parameters.find((p) => p.name === name)!, flat);
const mean = (array: Float32Array) => array.reduce((a, b) => a + b, 0) / array.length;
const deviation = (array: Float32Array) => Math.sqrt(mean(array.map((x) => x * x)) - mean(array) ** 2);

describe('initial parameters (seed 5)', () => {
  test('are the same for the same seed and others for another', () => {
    expect(initialParameters(model, 5)).toEqual(flat);
    expect(initialParameters(model, 6)).not.toEqual(flat);
  });

  for (const name of ['1.weight_ih_l0', '1.weight_hh_l0', '1.bias_ih_l0', '1.bias_hh_l0', '2.weight', '2.bias']) {
    test(`${name} is uniform in ±1/√16`, () => {
      const array = values(name);
      expect(Math.max(...array.map(Math.abs))).toBeLessThanOrEqual(0.25);
      expect(Math.max(...array)).toBeGreaterThan(0.2);
      expect(Math.min(...array)).toBeLessThan(-0.2);
      // Standard error of the mean: 0.25/√3/√n; four of them.
      expect(Math.abs(mean(array))).toBeLessThan((4 * 0.25) / Math.sqrt(3 * array.length));
    });
  }

  test('the embedding is N(0, 1)', () => {
    const array = values('0.weight'); // 2000 values: standard errors 0.022 and 0.016
    expect(Math.abs(mean(array))).toBeLessThan(4 * 0.022);
    expect(Math.abs(deviation(array) - 1)).toBeLessThan(4 * 0.016);
    expect(Math.max(...array)).toBeGreaterThan(2.5);
  });

  test('the two biases of a layer differ', () => {
    expect(values('1.bias_ih_l0')).not.toEqual(values('1.bias_hh_l0'));
  });

  test('padding is zero', () => {
    expect(flat.filter((value) => value !== 0)).toHaveLength(model.layout.count);
  });

  test('a value does not depend on the layers that come after', () => {
    const longer = sequential([embedding(50, 40), lstm(16, { layers: 2 }), linear(50)]);
    const [weight] = longer.layout.parameters;
    expect(unpackParameter(weight, initialParameters(longer, 5))).toEqual(values('0.weight'));
  });
});
