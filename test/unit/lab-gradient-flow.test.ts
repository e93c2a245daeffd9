import { describe, expect, test } from 'vitest';
import {
  decayRate, gateLanes, gradientFlow, largestSingularValue, singularValue,
} from '../../src/lab/gradient-flow.js';
import { input, linear, sequential } from '../../src/model/description.js';
import { packParameter } from '../../src/model/layout.js';
import { recurrent } from '../../src/model/recurrent.js';
import { CounterRandom } from '../../src/random/counter-random.js';

const powers = (rate: number, count: number): number[] => Array.from({ length: count }, (_, lag) => rate ** lag);

describe('the rate of decay', () => {
  test('is that of powers', () => {
    for (const rate of [0.5, 0.82, 1, 1.1, 3]) expect(decayRate(powers(rate, 30))).toBeCloseTo(rate, 12);
    expect(decayRate([1, 0.25])).toBeCloseTo(0.25, 14);
  });

  test('is the slope by least squares', () => {
    const [a, b, c] = [0.1, -0.4, -0.2]; // logs at lags 0, 1, 2: slope (c − a)/2
    expect(decayRate([a, b, c].map(Math.exp))).toBeCloseTo(Math.exp((c - a) / 2), 14);
  });

  test('rests on what can be told: not on zeros, nor on what has overflown', () => {
    expect(decayRate([...powers(1e-3, 5), 0, 0, 0])).toBeCloseTo(1e-3, 12);
    expect(decayRate(powers(1e-3, 30))).toBeCloseTo(1e-3, 12);
    expect(decayRate([...powers(100, 6), Infinity, NaN])).toBeCloseTo(100, 8);
  });

  test('of one step is 1, of a gradient that is gone at once 0, of one that bursts at once ∞', () => {
    expect(decayRate([1])).toBe(1);
    expect(decayRate([1, 0, 0])).toBe(0);
    expect(decayRate([1, Infinity])).toBe(Infinity);
  });
});

describe('what is made of sums by lag', () => {
  // E is the mean over two rows.
  const flowOf = (rate: number, count: number): ReturnType<typeof gradientFlow> => gradientFlow({
    error: Float64Array.from(powers(rate, count), (x) => 9 * x * x * 2 / 4),
    jacobian: Float64Array.from(powers(rate, count), (x) => 49 * x * x * 2),
    rows: new Float64Array(count).fill(2), gates: [],
  }, 1.5, []);

  test('root mean squares, those of the Jacobian as a part of the first', () => {
    const { error, jacobian, rate, singularValue: own, gates } = flowOf(0.5, 3);
    [3, 1.5, 0.75].forEach((value, lag) => expect(error[lag]).toBeCloseTo(value, 14));
    [1, 0.5, 0.25].forEach((value, lag) => expect(jacobian[lag]).toBeCloseTo(value, 14));
    expect(rate).toBeCloseTo(0.5, 14);
    expect([own, gates]).toEqual([1.5, []]);
  });

  test('over the rows that are as long, up to the longest', () => {
    const { error, jacobian } = gradientFlow({
      error: Float64Array.of(4, 3, 0), jacobian: Float64Array.of(16, 1, 0), rows: Float64Array.of(4, 1, 0), gates: [],
    }, 0, []);
    expect(error).toEqual([4, 4 * Math.sqrt(3)]);
    expect(jacobian).toEqual([1, 0.5]);
  });

  test('a verdict in words', () => {
    expect(flowOf(0.82, 40).verdict).toBe('vanishing at rate 0.820 per step');
    expect(flowOf(1.2, 40).verdict).toBe('exploding at rate 1.20 per step');
    expect(flowOf(0.995, 40).verdict).toBe('flowing (rate 0.9950 per step)');
    expect(flowOf(1.05, 40).verdict).toBe('flowing (rate 1.05 per step)');
    expect(flowOf(0.82, 2).verdict, 'over one step').toBe('flowing (rate 0.820 per step)');
  });
});

describe('the largest singular value', () => {
  test('of matrices that are known', () => {
    expect(singularValue([3, 0, 0, -7], 2, 2)).toBeCloseTo(7, 10);
    expect(singularValue([1, 1, 1, 1], 2, 2)).toBeCloseTo(2, 10);
    expect(singularValue([0, 2, -2, 0], 2, 2), 'a rotation times 2').toBeCloseTo(2, 10);
    expect(singularValue([1, 2, 3, 4], 2, 2)).toBeCloseTo(Math.sqrt(15 + Math.sqrt(221)), 10);
    expect(singularValue([3, 4], 1, 2)).toBeCloseTo(5, 10);
    expect(singularValue([3, 4], 2, 1)).toBeCloseTo(5, 10);
    expect(singularValue([-1.25], 1, 1)).toBeCloseTo(1.25, 10);
    expect(singularValue([0, 0, 0, 0], 2, 2)).toBe(0);
  });

  test('of a nilpotent matrix, whose eigenvalues are 0', () => {
    expect(singularValue([0, 5, 0, 0], 2, 2)).toBeCloseTo(5, 10);
  });

  test('of u·vᵀ is ‖u‖‖v‖ (seed 19)', () => {
    const random = new CounterRandom(19, 0);
    const [u, v] = [7, 4].map((length) => Array.from({ length }, () => random.normal()));
    const matrix = u!.flatMap((a) => v!.map((b) => a * b));
    expect(singularValue(matrix, 7, 4)).toBeCloseTo(Math.hypot(...u!) * Math.hypot(...v!), 10);
  });

  test('of a model: the largest over its gates, each a matrix of its own', () => {
    const model = sequential([input(2), recurrent('lstm', 2), linear(1)]);
    const flat = new Float32Array(model.layout.size);
    const weight = model.layout.parameters.find(({ name }) => name === '1.weight_hh_l0')!;
    // Gates i, f, g, o in PyTorch's order; side by side they would have √(9 + 16 + …).
    packParameter(weight, Float32Array.of(1, 0, 0, 2, 3, 0, 0, 1, 0, 4, 1, 0, 2, 0, 0, 2), flat);
    expect(largestSingularValue(model, flat)).toBeCloseTo(4, 6);
    const old = sequential([input(2), recurrent('lstm-1997', 1, { size: 2 })]);
    const all = new Float32Array(old.layout.size);
    // The second cell sees h_0, h_1, i and o of the time before: lanes i, o, g_0, g_1.
    const seen = ['weight_hh', 'weight_hidden1', 'weight_input_gate', 'weight_output_gate'];
    seen.forEach((name, n) => packParameter(old.layout.parameters.find((one) => one.name === `1.${name}_l0`)!,
      Float32Array.of(1, 0, 0, n + 1), all));
    expect(largestSingularValue(old, all)).toBeCloseTo(Math.hypot(1, 2, 3, 4), 6);
    const none = sequential([input(2), recurrent('min-gru', 2)]);
    expect(largestSingularValue(none, new Float32Array(none.layout.size))).toBe(0);
  });
});

test('gates between 0 and 1, by the lane that they lie in', () => {
  const of = (cell: string): string[] => gateLanes(sequential([input(2), recurrent(cell, 2)]))
    .map(({ gate, lane }) => `${lane} ${gate}`);
  expect(of('lstm')).toEqual(['0 input', '1 forget', '3 output']);
  expect(of('gru')).toEqual(['0 reset', '1 update']);
  expect(of('carousel')).toEqual(['0 input']);
  expect(of('rnn')).toEqual([]);
});
