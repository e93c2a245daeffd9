// Ω, the regulariser of Pascanu, Mikolov & Bengio (2013): its value by the paper's own sum, and its gradient against
// finite differences of Ω with ∂L/∂h and dZ held, which is what "immediate" means.
import { describe, expect, test } from 'vitest';
import { input, linear, type Model, sequential, widthOf } from '../../src/model/description.js';
import { innerIndex, isTrained, pad4 } from '../../src/model/layout.js';
import { omegaRefusal } from '../../src/model/omega.js';
import { recurrent, type RecurrentOptions } from '../../src/model/recurrent.js';
import { stateSize } from '../../src/model/states.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import type { RecordedReference } from '../../src/reference/layer-pass.js';
import { gradientNorms } from '../../src/reference/gradient-norms.js';
import { forward } from '../../src/reference/network.js';
import { omegaAndGradient, type OmegaArrays, type OmegaShape } from '../../src/reference/omega.js';
import { backThrough } from '../../src/reference/recurrent-layer.js';
import { expectClose, type Pair } from '../support/differences.js';

const EPSILON = 1e-6;
const SHAPE = { timeSteps: 5, batch: 3, units: 3 };

/** R, dZ and δ, padding zero. */
function randomArrays({ timeSteps, batch, units, lanes }: OmegaShape, seed: number): OmegaArrays {
  const random = new CounterRandom(seed, 0);
  const rows = (count: number, width: number): Float64Array => Float64Array.from({ length: count * pad4(width) },
    (_, e) => (e % pad4(width) < width ? random.uniform(-1, 1) : 0));
  return {
    weights: rows(units, units * lanes), dz: rows(timeSteps * batch, units * lanes),
    delta: rows(timeSteps * batch, units),
  };
}

describe('Ω of random gradients', () => {
  for (const lanes of [1, 4]) {
    for (const reverse of [false, true]) {
      for (const lengths of [undefined, [5, 2, 0]]) {
        const name = `${lanes} lanes, ${reverse ? 'in reverse' : 'forward'}, ${lengths ? 'ragged' : 'whole rows'}`;
        const seed = 10 * lanes + Number(reverse);
        const shape = { ...SHAPE, lanes, lengths, reverse };

        test(`${name}: the gradient is the finite difference with δ and dZ held (seed ${seed})`, () => {
          const arrays = randomArrays(shape, seed);
          const gradient = new Float64Array(arrays.weights.length);
          omegaAndGradient(shape, arrays, gradient, 3);
          const omega = (weights: Float64Array): number => omegaAndGradient(shape, { ...arrays, weights }).value;
          const pairs = Array.from(gradient, (analytic, e): Pair => {
            const [up, down] = [EPSILON, -EPSILON].map((step) =>
              omega(arrays.weights.map((w, at) => (at === e ? w + step : w))));
            return { name: `R[${e}]`, analytic, numeric: (3 * (up - down)) / (2 * EPSILON) };
          });
          expect(pairs.some(({ numeric }) => Math.abs(numeric) > 0.01)).toBe(true);
          expectClose(pairs, 3 * omega(arrays.weights));
        });

        test(`${name}: the value is the mean over steps that have one before them (seed ${seed})`, () => {
          const arrays = randomArrays(shape, seed);
          const { units, batch } = shape;
          const terms: number[] = [];
          for (let b = 0; b < batch; b++) {
            const times = Array.from({ length: lengths?.[b] ?? 5 }, (_, t) => t);
            if (reverse) times.reverse();
            for (const t of times.slice(1)) {
              const row = t * batch + b;
              const at = (u: number): number => arrays.delta[row * 4 + u]!;
              const back = Array.from({ length: units }, (_, j) => Array.from({ length: units * lanes }, (_, i) =>
                arrays.weights[j * pad4(units * lanes) + i]! * arrays.dz[row * pad4(units * lanes) + i]!)
                .reduce((a, b) => a + b, 0));
              terms.push((Math.hypot(...back) ** 2 / Math.hypot(at(0), at(1), at(2)) ** 2 - 1) ** 2);
            }
          }
          const { value, count } = omegaAndGradient(shape, arrays);
          expect(count).toBe(lengths ? 5 : 12);
          expect(value / (terms.reduce((a, b) => a + b, 0) / terms.length)).toBeCloseTo(1, 12);
        });
      }
    }
  }

  test('drops terms whose ‖δ‖² is below 1e-20, whatever else they have', () => {
    const shape = { ...SHAPE, lanes: 1 };
    const arrays = randomArrays(shape, 5);
    const small = (row: number, size: number): void => arrays.delta.set([size, 0, 0], row * 4);
    const { value, count } = omegaAndGradient(shape, arrays);
    small(4, 0.99e-10);
    small(9, 0);
    const gradient = new Float64Array(arrays.weights.length);
    const less = omegaAndGradient(shape, arrays, gradient);
    expect([count, less.count]).toEqual([12, 10]);
    expect(less.value).not.toBe(value);
    expect(gradient.every((g) => Math.abs(g) < 1e6), 'no term of theirs is left').toBe(true);
    small(9, 1.01e-10);
    expect(omegaAndGradient(shape, arrays).count).toBe(11);
  });

  test('is 0 without terms', () => {
    const shape = { ...SHAPE, timeSteps: 1, lanes: 1 };
    const arrays = randomArrays(shape, 6);
    const gradient = new Float64Array(arrays.weights.length);
    expect(omegaAndGradient(shape, arrays, gradient)).toEqual({ value: 0, count: 0 });
    expect(gradient.every((g) => g === 0)).toBe(true);
  });
});

interface Back {
  readonly parameters: Float64Array;
  readonly outer: Float64Array;
  readonly gradient: Float64Array;
  readonly inner: Float64Array;
  readonly states: Float64Array;
  readonly recorded: readonly RecordedReference[];
}

/** One way back from random gradients of all outputs; `change` has a say in the parameters. */
function back(
  model: Model, seed: number, { omega, lengths, change }: {
    omega?: number | undefined; lengths?: number[] | undefined; change?: (parameters: Float64Array) => void;
  } = {},
): Back {
  const random = new CounterRandom(seed, 0);
  const { timeSteps, batch } = SHAPE;
  const draw = (length: number): Float64Array => Float64Array.from({ length }, () => random.uniform(-1, 1));
  const parameters = new Float64Array(model.layout.size);
  for (const parameter of model.layout.parameters) {
    const values = draw(parameter.shape.reduce((a, b) => a * b));
    values.forEach((value, e) => { if (isTrained(parameter, e)) parameters[innerIndex(parameter, e)] = value; });
  }
  change?.(parameters);
  const rows = (width: number): Float64Array =>
    draw(timeSteps * batch * pad4(width)).map((x, e) => (e % pad4(width) < width ? x : 0));
  const inputs = rows(widthOf(model.layers[0]!));
  const outer = rows(model.outputs);
  const recorded: RecordedReference[] = [];
  const { tape } = forward(model, { parameters, recorded, omega }, { inputs, timeSteps, batch, lengths });
  const gradients = {
    parameters: new Float64Array(model.layout.size), initialStates: new Float64Array(stateSize(model, batch)),
  };
  const inner = backThrough(tape, outer.slice(), gradients)!;
  return { parameters, outer, gradient: gradients.parameters, inner, states: gradients.initialStates, recorded };
}

describe('a network with Ω', () => {
  const models = (['rnn', 'rnn-sigmoid', 'rnn-relu', 'lstm', 'lstm-peephole', 'gru'] as const).flatMap((cell) =>
    ([{}, { bidirectional: true, layers: 2 }] as RecurrentOptions[]).map((options) =>
      [cell, options, sequential([input(2), recurrent(cell, 3, options), linear(2)])] as const));
  for (const [cell, options, model] of models) {
    for (const lengths of [undefined, [5, 3, 1]]) {
      test(`${cell} ${JSON.stringify(options)}, ${lengths ? 'ragged' : 'whole rows'}: only recurrent weights get more`,
        () => {
          const plain = back(model, 3, { lengths });
          const regular = back(model, 3, { omega: 2, lengths });
          expect(regular.states).toEqual(plain.states);
          regular.recorded.forEach(({ gradient }, n) => expect(gradient).toEqual(plain.recorded[n]!.gradient));
          for (const parameter of model.layout.parameters) {
            const part = (flat: Float64Array): Float64Array =>
              flat.subarray(parameter.offset, parameter.offset + parameter.rows * parameter.pitch);
            const more = part(regular.gradient).map((g, e) => g - part(plain.gradient)[e]!);
            const recurrentWeights = parameter.name.includes('weight_hh');
            expect(more.some((g) => g !== 0), parameter.name).toBe(recurrentWeights);
            more.forEach((g, at) => { if (g !== 0) expect(at % parameter.pitch).toBeLessThan(parameter.columns); });
          }
          regular.recorded.forEach(({ omega }) => expect(omega!.count).toBe(lengths ? 6 : 12));
        });
    }
  }

  // Where the input weights are the identity matrix, ∂L/∂input is dZ; and where h reaches h_{t−1}'s gradient by the
  // recurrent weights alone, v is what ∂L/∂h_{t−1} has beside the loss's part. So all of Ω is in plain sight.
  for (const cell of ['rnn', 'rnn-sigmoid', 'lstm']) {
    for (const lengths of [undefined, [5, 3, 1]]) {
      test(`${cell}, ${lengths ? 'ragged' : 'whole rows'}: value and gradient are those of Ω itself (seed 8)`, () => {
        const { timeSteps, batch, units } = SHAPE;
        const gates = cell === 'lstm' ? 4 * units : units;
        const model = sequential([input(gates), recurrent(cell, units)]);
        const [weightIh, weightHh] = model.layout.parameters;
        const change = (parameters: Float64Array): void => {
          for (let e = 0; e < gates * gates; e++) {
            parameters[innerIndex(weightIh!, e)] = Math.floor(e / gates) === e % gates ? 1 : 0;
          }
        };
        const plain = back(model, 8, { lengths, change });
        const regular = back(model, 8, { omega: 2, lengths, change });
        const { outer, inner, recorded: [{ gradient: delta, omega } = { gradient: outer }] } = regular;
        const at = (array: Float64Array, row: number, width: number): Float64Array =>
          array.subarray(row * pad4(width), row * pad4(width) + width);
        const square = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, y) => sum + y * y, 0);
        const rows = Array.from({ length: timeSteps * batch }, (_, row) => row)
          .filter((row) => row >= batch && row < batch * (lengths?.[row % batch] ?? timeSteps));
        const value = (back: (row: number) => ArrayLike<number>): number => rows.reduce((sum, row) =>
          sum + (square(back(row)) / square(at(delta, row, units)) - 1) ** 2 / rows.length, 0);

        const left = (row: number): Float64Array =>
          at(delta, row - batch, units).map((g, u) => g - at(outer, row - batch, units)[u]!);
        expect(omega!.value / value(left)).toBeCloseTo(1, 10);

        const weights = Float64Array.from({ length: gates * units }, (_, e) =>
          regular.parameters[innerIndex(weightHh!, e)]!);
        const through = (row: number): number[] => Array.from({ length: units }, (_, j) =>
          at(inner, row, gates).reduce((sum, dz, g) => sum + weights[g * units + j]! * dz, 0));
        const pairs = Array.from(weights, (weight, e): Pair => {
          const [up, down] = [EPSILON, -EPSILON].map((step) => {
            weights[e] = weight + step;
            return value(through);
          });
          weights[e] = weight;
          const place = innerIndex(weightHh!, e);
          return {
            name: `weight_hh[${e}]`, analytic: regular.gradient[place]! - plain.gradient[place]!,
            numeric: (2 * (up! - down!)) / (2 * EPSILON),
          };
        });
        expect(pairs.some(({ numeric }) => Math.abs(numeric) > 0.01)).toBe(true);
        expectClose(pairs, 2 * value(through));
      });
    }
  }

  test('rnn: descending Ω alone makes the gradient neither grow nor vanish', () => {
    const model = sequential([input(2), recurrent('rnn-identity', 3, { bias: 'none' })]);
    const [weights] = model.layout.parameters.filter(({ name }) => name.includes('weight_hh'));
    const { parameters } = back(model, 4);
    const { timeSteps, batch } = SHAPE;
    const outer = new Float64Array(timeSteps * batch * 4);
    for (let b = 0; b < batch; b++) outer.set([1, 2 - b, b / 2], ((timeSteps - 1) * batch + b) * 4);
    const values: number[] = [];
    let norms = new Float64Array(0);
    for (let step = 0; step < 1000; step++) {
      const recorded: RecordedReference[] = [];
      const { tape } = forward(model, { parameters, recorded, omega: 0.05 }, {
        inputs: new Float64Array(timeSteps * batch * 4), timeSteps, batch,
      });
      const gradients = { parameters: new Float64Array(model.layout.size), initialStates: new Float64Array(batch * 4) };
      backThrough(tape, outer.slice(), gradients);
      values.push(recorded[0]!.omega!.value);
      norms = gradientNorms(SHAPE, recorded[0]!.gradient) as Float64Array<ArrayBuffer>;
      const end = weights!.offset + weights!.rows * weights!.pitch;
      for (let at = weights!.offset; at < end; at++) parameters[at]! -= gradients.parameters[at]!;
    }
    expect(values.at(-1)).toBeLessThan(1e-3 * values[0]!);
    for (const norm of norms) expect(norm / norms[0]!).toBeCloseTo(1, 1);
  });
});

describe('cells without Ω are refused with the reason', () => {
  const refusal = (cell: string, options: RecurrentOptions = {}): string | undefined =>
    omegaRefusal(recurrent(cell, 4, options));

  test('one product of h with the recurrent weights is what Ω takes', () => {
    for (const cell of ['rnn', 'rnn-relu', 'rnn-sigmoid', 'rnn-identity', 'lstm', 'lstm-peephole', 'gru']) {
      expect(refusal(cell), cell).toBeUndefined();
      expect(refusal(cell, { layers: 2, bidirectional: true, dropout: 0.5 }), cell).toBeUndefined();
    }
  });

  const cases: [string, RecurrentOptions, string][] = [
    ['gru-before', {}, 'has a time step of 2 products'],
    ['lstm-1997', {}, 'has a time step of 3 products'],
    ['lstm-1997', { truncated: true }, 'lets no gradient through its recurrent weights'],
    ['lstm-projected', {}, 'feeds back a projection of its hidden state'],
    ['lstm-layer-norm', {}, 'normalises the product with its recurrent weights'],
    ['depth-gated', { layers: 2 }, 'reads a state of the layer below, past its weights'],
    ['clockwork', {}, 'has units that do not move at every time step'],
    ['min-gru', {}, 'has no recurrent weights'],
    ['lstm', { zoneout: 0.1 }, 'has zoneout, by which states go past the weights'],
    ['rnn', { recurrentDropout: 0.1 }, 'has recurrentDropout, which hides some of the hidden state'],
  ];
  for (const [cell, options, why] of cases) {
    test(`${cell} ${JSON.stringify(options)}`, () => {
      expect(refusal(cell, options)).toBe(`${cell} ${why}: leave it out, or use rnn, rnn-sigmoid, lstm or gru`);
    });
  }
});
