import { describe, expect, test } from 'vitest';
import { lstmCell } from '../../src/cells/lstm.js';
import { linear, lstm, oneHot, sequential } from '../../src/model/description.js';
import { initialParameters } from '../../src/model/initial.js';
import { packParameter } from '../../src/model/layout.js';
import { sigmoid, tanh } from '../../src/reference/activations.js';
import { forward } from '../../src/reference/network.js';
import { Recurrence } from '../../src/reference/recurrence.js';

describe('activations', () => {
  test('stay in range at ±1e3 and are exact at zero', () => {
    expect([-1e3, 0, 1e3].map(sigmoid)).toEqual([0, 0.5, 1]);
    expect([-1e3, 0, 1e3].map(tanh)).toEqual([-1, 0, 1]);
    expect(sigmoid(-700)).toBeGreaterThan(0);
  });

  test('agree with σ(x) = (1 + tanh(x/2))/2', () => {
    for (let x = -20; x <= 20; x += 0.37) expect(sigmoid(x)).toBeCloseTo((1 + Math.tanh(x / 2)) / 2, 14);
  });
});

describe('the LSTM', () => {
  /** One unit alone, from z and the cell before: the gates, h and c. */
  function single(z: readonly number[], cellBefore: number): { gates: number[]; hidden: number; cell: number } {
    const gates = Float64Array.from(z);
    const histories = [new Float64Array(8), Float64Array.of(cellBefore, 0, 0, 0, 0, 0, 0, 0)];
    const shape = { cell: lstmCell, timeSteps: 1, batch: 1, units: 1 };
    new Recurrence(shape, { gates, histories, weights: [[new Float64Array(4)]] }).forward();
    return { gates: [...gates], hidden: histories[0][4], cell: histories[1][4] };
  }

  test('with all z zero halves the cell: i = f = o = ½, g = 0', () => {
    expect(single([0, 0, 0, 0], 0.8)).toEqual({ gates: [0.5, 0.5, 0, 0.5], cell: 0.4, hidden: 0.5 * Math.tanh(0.4) });
  });

  test('keeps its cell when it forgets nothing and lets nothing in, at z = ±1e3', () => {
    expect(single([-1e3, 1e3, 1e3, 1e3], 0.7)).toMatchObject({ cell: 0.7, hidden: Math.tanh(0.7) });
  });

  // Computed apart from this code: the cell's five equations in numpy, on whole row blocks i, f, g, o of
  // weight_ih[r, c] = (r+1)/10 − c/5, weight_hh[r, c] = (c+1)/10 − r/20, bias_ih[r] = r/10, bias_hh[r] = −r/20.
  test('gives the numbers of an independent computation from PyTorch-ordered weights', () => {
    const model = sequential([oneHot(2), lstm(2), linear(2)]);
    const parameters = new Float64Array(model.layout.size);
    const rules: Record<string, (r: number, c: number) => number> = {
      '1.weight_ih_l0': (r, c) => (r + 1) / 10 - c / 5,
      '1.weight_hh_l0': (r, c) => (c + 1) / 10 - r / 20,
      '1.bias_ih_l0': (r) => r / 10,
      '1.bias_hh_l0': (r) => -0.05 * r,
    };
    for (const parameter of model.layout.parameters) {
      if (!rules[parameter.name]) continue; // the linear layer is not looked at
      const columns = parameter.shape[1] ?? 1;
      const values = Array.from({ length: 8 * columns }, (_, e) =>
        rules[parameter.name](Math.floor(e / columns), e % columns));
      packParameter(parameter, values, parameters);
    }
    const states = Float64Array.of(0.5, -0.5, 0, 0, 1, -1, 0, 0); // hidden [1, 4], cell [1, 4]
    const inputs = Uint32Array.of(0, 1);
    const { tape, states: final } = forward(model, { parameters, states }, { inputs, timeSteps: 2, batch: 1 });
    const { output } = tape[0];
    if (output.kind !== 'values') throw new Error('the recurrent layer puts out values');
    const hidden = output.values; // [2, 1, 4]
    const expected = [
      [0.5092640467005488, -0.1889264587450507], // h_1
      [0.3978868205693327, 0.08358445250651252], // h_2
      [0.6809448122655076, 0.1198436431231513], // c_2
    ];
    const actual = [hidden.subarray(0, 2), hidden.subarray(4, 6), final.subarray(4, 6)];
    actual.forEach((row, k) => row.forEach((value, u) => expect(value).toBeCloseTo(expected[k][u], 14)));
    expect([...final.subarray(0, 4)]).toEqual([...hidden.subarray(4, 8)]);
  });

  test('writes no padding', () => {
    const shape = { cell: lstmCell, timeSteps: 2, batch: 2, units: 3 };
    const histories = [0, 1].map(() => new Float64Array(3 * 2 * 4));
    const gates = new Float64Array(2 * 2 * 12).fill(1); // [T, B, H, 4]
    const weights = new Float64Array(3 * 12).fill(0.1); // [H, H·4]
    new Recurrence(shape, { gates, histories, weights: [[weights]] }).forward();
    for (const history of histories) {
      history.forEach((value, at) => {
        if (at % 4 === 3 || at < 8) expect(value).toBe(0); // pads, and slot 0
        else expect(value).not.toBe(0);
      });
    }
  });
});

test('dropout acts between stacked layers, not after the last', () => {
  const logits = (layers: number, dropout?: { seed: number; step: number }) => {
    const model = sequential([oneHot(4), lstm(8, { layers, dropout: 0.5 }), linear(4)]);
    const parameters = Float64Array.from(initialParameters(model, 3));
    const inputs = Uint32Array.of(0, 1, 2, 3);
    return forward(model, { parameters, dropout }, { inputs, timeSteps: 2, batch: 2 }).logits;
  };
  const mask = { seed: 3, step: 0 };
  expect(logits(1, mask)).toEqual(logits(1));
  expect(logits(2, mask)).not.toEqual(logits(2));
  expect(logits(2, mask)).not.toEqual(logits(2, { ...mask, step: 1 }));
});
