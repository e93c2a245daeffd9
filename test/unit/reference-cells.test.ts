// The float64 cells against their equations: written out again for one unit, and where one cell is another in disguise.
import { describe, expect, test } from 'vitest';
import { input, sequential } from '../../src/model/description.js';
import type { NetworkResult } from '../../src/model/network.js';
import { recurrent, type RecurrentOptions } from '../../src/model/recurrent.js';
import { createReferenceNetwork } from '../../src/train/create-network.js';
import { type Problem, randomProblem } from '../support/differences.js';

const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
const tanh = Math.tanh;

/** One unit and one step: what a cell's equations read. */
interface Scalar {
  /** W·x + b_ih + R·h₋₁ + b_hh of each gate in PyTorch's order; `part` leaves one of the sides out. */
  z(gate: number, part?: 'input' | 'hidden'): number;
  /** The only (or `at`-th) value of a parameter. */
  w(name: string, at?: number): number;
  readonly h: number;
  readonly c: number;
  state(name: string): number;
}

/** h of a cell for one unit from its equations. */
const equations: Readonly<Record<string, (s: Scalar) => number>> = {
  'rnn': ({ z }) => tanh(z(0)),
  'rnn-relu': ({ z }) => Math.max(0, z(0)),
  'rnn-sigmoid': ({ z }) => sigma(z(0)),
  'rnn-identity': ({ z }) => z(0),
  'clockwork': ({ z }) => tanh(z(0)),
  'lstm': ({ z, c }) => sigma(z(3)) * tanh(sigma(z(1)) * c + sigma(z(0)) * tanh(z(2))),
  'lstm-peephole': ({ z, w, c }) => {
    const next = sigma(z(1) + w('peephole', 1) * c) * c + sigma(z(0) + w('peephole', 0) * c) * tanh(z(2));
    return sigma(z(3) + w('peephole', 2) * next) * tanh(next);
  },
  'lstm-nig': ({ z, w, c }) => { // gates f, g, o; peepholes f, o
    const next = sigma(z(0) + w('peephole', 0) * c) * c + tanh(z(1));
    return sigma(z(2) + w('peephole', 1) * next) * tanh(next);
  },
  'lstm-nfg': ({ z, w, c }) => { // gates i, g, o; peepholes i, o
    const next = c + sigma(z(0) + w('peephole', 0) * c) * tanh(z(1));
    return sigma(z(2) + w('peephole', 1) * next) * tanh(next);
  },
  'lstm-nog': ({ z, w, c }) => // gates i, f, g; peepholes i, f
    tanh(sigma(z(1) + w('peephole', 1) * c) * c + sigma(z(0) + w('peephole', 0) * c) * tanh(z(2))),
  'lstm-niaf': ({ z, w, c }) => {
    const next = sigma(z(1) + w('peephole', 1) * c) * c + sigma(z(0) + w('peephole', 0) * c) * z(2);
    return sigma(z(3) + w('peephole', 2) * next) * tanh(next);
  },
  'lstm-noaf': ({ z, w, c }) => {
    const next = sigma(z(1) + w('peephole', 1) * c) * c + sigma(z(0) + w('peephole', 0) * c) * tanh(z(2));
    return sigma(z(3) + w('peephole', 2) * next) * next;
  },
  'lstm-cifg': ({ z, w, c }) => { // gates i, g, o; peepholes i, o
    const i = sigma(z(0) + w('peephole', 0) * c);
    const next = (1 - i) * c + i * tanh(z(1));
    return sigma(z(2) + w('peephole', 1) * next) * tanh(next);
  },
  'lstm-fgr': ({ z, w, c, state }) => {
    const before = ['input_gate', 'forget_gate', 'output_gate'];
    const fromGates = (to: number) => // rows of the nine matrices: i, f, o
      before.reduce((sum, name) => sum + w(`weight_${name}`, to) * state(name), 0);
    const i = sigma(z(0) + fromGates(0) + w('peephole', 0) * c);
    const f = sigma(z(1) + fromGates(1) + w('peephole', 1) * c);
    const next = f * c + i * tanh(z(2));
    return sigma(z(3) + fromGates(2) + w('peephole', 2) * next) * tanh(next);
  },
  'gru': ({ z, h }) => {
    const [r, u] = [sigma(z(0)), sigma(z(1))];
    return (1 - u) * tanh(z(2, 'input') + r * z(2, 'hidden')) + u * h;
  },
  'gru-before': ({ z, w, h }) => {
    const [r, u] = [sigma(z(0)), sigma(z(1))];
    const n = tanh(z(2, 'input') + w('weight_hn') * (r * h) + w('bias_hh', 2));
    return (1 - u) * n + u * h;
  },
  'carousel': ({ z, h }) => h + sigma(z(0, 'input')) * sigma(z(1, 'input')),
  'min-gru': ({ z, h }) => (1 - sigma(z(0, 'input'))) * h + sigma(z(0, 'input')) * z(1, 'input'),
  'min-lstm': ({ z, h }) => {
    const [f, i] = [sigma(z(0, 'input')), sigma(z(1, 'input'))];
    return (f / (f + i)) * h + (i / (f + i)) * z(2, 'input');
  },
};

describe('one unit, one step: the equations written out', () => {
  Object.entries(equations).forEach(([name, equation], n) => {
    const seed = 300 + n;
    test(`${name} (seed ${seed})`, async () => {
      const problem = await randomProblem([input(1), recurrent(name, 1)], seed, { timeSteps: 1, batch: 1 });
      const { network, values, input: { inputs, states } } = problem;
      const w = (parameter: string, at = 0): number => values.get(`1.${parameter}_l0`)![at]!;
      const state = (which: string): number => states[`1.${which}`]?.[0] ?? 0;
      const z = (gate: number, part?: 'input' | 'hidden'): number =>
        (part === 'hidden' ? 0 : w('weight_ih', gate) * inputs[0]! + w('bias_ih', gate)) +
        (part === 'input' ? 0 : w('weight_hh', gate) * state('hidden') + w('bias_hh', gate));
      const expected = equation({ z, w, h: state('hidden'), c: state('cell'), state });
      expect((await network.run(problem.input)).outputs[0]).toBeCloseTo(expected, 14);
    });
  });

  test('lstm-layer-norm, with two units: a row of eight gates and one of two cells (seed 330)', async () => {
    const problem = await randomProblem([input(1), recurrent('lstm-layer-norm', 2)], 330, { timeSteps: 1, batch: 1 });
    const { network, values, input: { inputs: [x], states } } = problem;
    const w = (parameter: string): Float64Array => values.get(`1.${parameter}_l0`)!;
    const normal = (row: number[]): number[] => {
      const mean = row.reduce((a, b) => a + b) / row.length;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
      return row.map((value) => (value - mean) / Math.sqrt(variance + 1e-5));
    };
    const h = states['1.hidden']!;
    const rows = [0, 1, 2, 3, 4, 5, 6, 7];
    const fromInput = normal(rows.map((r) => w('weight_ih')[r]! * x!));
    const fromHidden = normal(rows.map((r) => w('weight_hh')[r * 2]! * h[0]! + w('weight_hh')[r * 2 + 1]! * h[1]!));
    const z = rows.map((r) => fromInput[r]! * w('gain_ih')[r]! + fromHidden[r]! * w('norm')[r]! +
      w('bias_ih')[r]! + w('bias_hh')[r]!);
    const c = [0, 1].map((u) =>
      sigma(z[2 + u]!) * states['1.cell']![u]! + sigma(z[u]!) * tanh(z[4 + u]!));
    const v = normal(c).map((value, u) => value * w('norm')[8 + u]! + w('norm')[10 + u]!);
    const result = await network.run(problem.input);
    [0, 1].forEach((u) => {
      expect(result.states['1.cell']![u]).toBeCloseTo(c[u]!, 13);
      expect(result.outputs[u]).toBeCloseTo(sigma(z[6 + u]!) * tanh(v[u]!), 13);
    });
  });

  /** Two layers of one unit: z of a layer, and its own values. */
  const layerOf = ({ values, input: { states } }: Problem) => ({
    z: (l: number, gate: number, x: number): number => {
      const w = (name: string): number => values.get(`1.${name}_l${l}`)?.[gate] ?? 0;
      return w('weight_ih') * x + w('bias_ih') + w('weight_hh') * states['1.hidden']![l]! + w('bias_hh');
    },
    c: (l: number): number => states['1.cell']![l]!,
  });

  test('depth-gated, the second layer: d lets the cell below in (seed 331)', async () => {
    const problem = await randomProblem([input(1), recurrent('depth-gated', 1, { layers: 2 })], 331,
      { timeSteps: 1, batch: 1 });
    const { z, c } = layerOf(problem);
    const [x] = problem.input.inputs;
    const [p1, p2] = problem.values.get('1.depth_peephole_l1')!;
    const cell0 = sigma(z(0, 1, x!)) * c(0) + sigma(z(0, 0, x!)) * tanh(z(0, 2, x!));
    const h0 = sigma(z(0, 3, x!)) * tanh(cell0);
    const { weight, bias } = {
      weight: problem.values.get('1.weight_ih_l1')![4]!, bias: problem.values.get('1.bias_ih_l1')![4]!,
    };
    const d = sigma(weight * h0 + bias + p1! * c(1) + p2! * cell0);
    const cell1 = d * cell0 + sigma(z(1, 1, h0)) * c(1) + sigma(z(1, 0, h0)) * tanh(z(1, 2, h0));
    expect((await problem.network.run(problem.input)).outputs[0]).toBeCloseTo(sigma(z(1, 3, h0)) * tanh(cell1), 14);
  });

  test('grid: the output is the depth\'s hidden state, the states are the time\'s (seed 332)', async () => {
    const problem = await randomProblem([input(1), recurrent('grid', 1, { layers: 2 })], 332,
      { timeSteps: 1, batch: 1 });
    const { z, c } = layerOf(problem);
    const lstm = (l: number, first: number, x: number, before: number): { h: number; c: number } => {
      const next = sigma(z(l, first + 1, x)) * before + sigma(z(l, first, x)) * tanh(z(l, first + 2, x));
      return { h: sigma(z(l, first + 3, x)) * tanh(next), c: next };
    };
    const [x] = problem.input.inputs;
    const depth0 = lstm(0, 4, x!, 0);
    const depth1 = lstm(1, 4, depth0.h, depth0.c);
    const time = [lstm(0, 0, x!, c(0)), lstm(1, 0, depth0.h, c(1))];
    const { outputs, states } = await problem.network.run(problem.input);
    expect(outputs[0]).toBeCloseTo(depth1.h, 14);
    time.forEach((expected, l) => {
      expect(states['1.hidden']![l]).toBeCloseTo(expected.h, 14);
      expect(states['1.cell']![l]).toBeCloseTo(expected.c, 14);
    });
  });

  test('lstm-projected: h is the product of W_hr with what an LSTM would put out (seed 333)', async () => {
    const problem = await randomProblem([input(1), recurrent('lstm-projected', 2, { projection: 1 })], 333,
      { timeSteps: 1, batch: 1 });
    const { values, input: { inputs: [x], states } } = problem;
    const w = (name: string, at: number): number => values.get(`1.${name}_l0`)![at]!;
    const z = (r: number): number =>
      w('weight_ih', r) * x! + w('bias_ih', r) + w('weight_hh', r) * states['1.hidden']![0]! + w('bias_hh', r);
    const h = [0, 1].reduce((sum, u) => {
      const c = sigma(z(2 + u)) * states['1.cell']![u]! + sigma(z(u)) * tanh(z(4 + u));
      return sum + w('weight_hr', u) * (sigma(z(6 + u)) * tanh(c));
    }, 0);
    expect((await problem.network.run(problem.input)).outputs[0]).toBeCloseTo(h, 14);
  });

  test('min-lstm shares fairly where both gates vanish, at z = −1e3', async () => {
    const network = await createReferenceNetwork(sequential([input(1), recurrent('min-lstm', 1)]),
      { timeSteps: 1, batch: 1 });
    await network.setParameters(new Map([['1.weight_ih_l0', [-1e3, -1e3, 1]], ['1.bias_ih_l0', [0, 0, 0]]]));
    const { outputs } = await network.run({ inputs: [1], states: { '1.hidden': [3] } });
    expect(outputs[0]).toBe(2); // the mean of 3 and 1
  });
});

/** `problem`'s sequences through another cell, with the same parameters as far as both have them; others as given. */
async function through(
  problem: Problem, cell: string, units: number, options: RecurrentOptions,
  change: (name: string, values: Float64Array) => Float64Array = (_, values) => values,
): Promise<NetworkResult> {
  const model = sequential([input(2), recurrent(cell, units, options)]);
  const network = await createReferenceNetwork(model, { timeSteps: 4, batch: 2 });
  const own = await network.parameters();
  await network.setParameters(new Map([...own].map(([name, values]) =>
    [name, change(name, problem.values.get(name) ?? new Float64Array(values.length))])));
  const states = Object.fromEntries(Object.entries(problem.input.states)
    .filter(([name]) => name === '1.hidden' || name === '1.cell'));
  return network.run({ inputs: problem.input.inputs, states });
}

describe('one cell is another in disguise', () => {
  const problemOf = (cell: string, units: number, options: RecurrentOptions, seed: number): Promise<Problem> =>
    randomProblem([input(2), recurrent(cell, units, options)], seed);

  for (const [cell, other, options, what] of [
    ['lstm', 'lstm-np', { layers: 2 }, 'no peepholes'],
    ['lstm', 'lstm-peephole', { layers: 2, bidirectional: true }, 'all peepholes zero'],
    ['lstm', 'lstm-fgr', { layers: 2 }, 'peepholes and gate matrices zero'],
    ['lstm', 'depth-gated', {}, 'one layer'],
  ] as const) {
    test(`${other} with ${what} is ${cell} (seed 340)`, async () => {
      const problem = await problemOf(cell, 5, options, 340);
      const expected = await problem.network.run(problem.input);
      const actual = await through(problem, other, 5, options);
      expect(actual.outputs).toEqual(expected.outputs);
      expect(actual.states).toMatchObject(expected.states);
    });
  }

  test('clockwork with one module is rnn (seed 341)', async () => {
    const problem = await problemOf('rnn', 5, { layers: 2 }, 341);
    const expected = await problem.network.run(problem.input);
    expect(await through(problem, 'clockwork', 5, { layers: 2, modules: 1 })).toEqual(expected);
  });

  /** A row block of the LSTM's weights left out: i, f, g and o are 0 to 3. */
  const without = (block: number, units: number) => (name: string, values: Float64Array): Float64Array => {
    const size = values.length / 4;
    return name.includes('peephole') || values.length % (4 * units) !== 0
      ? values : values.filter((_, e) => Math.floor(e / size) !== block);
  };

  for (const [cell, block] of [['lstm-nig', 0], ['lstm-nfg', 1], ['lstm-nog', 3]] as const) {
    test(`${cell} is the LSTM whose gate stands open, at a bias of 1e3 (seed 342)`, async () => {
      const problem = await problemOf('lstm', 3, {}, 342);
      problem.values.get('1.bias_ih_l0')!.fill(1e3, block * 3, block * 3 + 3);
      await problem.network.setParameters(problem.values);
      const expected = await problem.network.run(problem.input);
      const model = sequential([input(2), recurrent(cell, 3, { peepholes: [] })]);
      const network = await createReferenceNetwork(model, { timeSteps: 4, batch: 2 });
      await network.setParameters(new Map([...problem.values]
        .map(([name, values]) => [name, without(block, 3)(name, values)])));
      expect(await network.run({ ...problem.input })).toEqual(expected);
    });
  }

  test('the gated recurrent units are one where the hidden part of n is a bias (seed 343)', async () => {
    const problem = await problemOf('gru', 3, {}, 343);
    problem.values.get('1.weight_hh_l0')!.fill(0, 2 * 9); // rows of n
    problem.values.get('1.bias_hh_l0')!.fill(0, 2 * 3);
    await problem.network.setParameters(problem.values);
    const expected = await problem.network.run(problem.input);
    const actual = await through(problem, 'gru-before', 3, {}, (name, values) =>
      (name === '1.weight_hh_l0' ? values.slice(0, 2 * 9) : values));
    actual.outputs.forEach((value, e) => expect(value).toBeCloseTo(expected.outputs[e]!, 14));
  });

  test('a clockwork unit of module g moves every 2^(g−1)th step, and hears no faster one (seed 344)', async () => {
    const problem = await randomProblem([input(1), recurrent('clockwork', 3, { modules: 3 })], 344,
      { timeSteps: 8, batch: 1 });
    const { outputs } = await problem.network.run(problem.input);
    for (let t = 1; t < 8; t++) {
      for (let u = 0; u < 3; u++) {
        const moved = outputs[t * 3 + u] !== outputs[(t - 1) * 3 + u];
        expect(moved, `unit ${u} at ${t}`).toBe(t % 2 ** u === 0);
      }
    }
    const hidden = problem.input.states['1.hidden']!.map((h, u) => (u === 0 ? 9 : h));
    const changed = await problem.network.run({ ...problem.input, states: { '1.hidden': hidden } });
    expect(changed.outputs[0]).not.toBe(outputs[0]);
    for (const u of [1, 2]) expect(changed.outputs[u]).toBe(outputs[u]);
  });
});
