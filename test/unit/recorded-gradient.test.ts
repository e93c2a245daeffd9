// ∂L/∂h_t as the way back records it: against finite differences, and against ∂L/∂(initial states) of the window that
// begins after t, which the last time's own part is added to.
import { describe, expect, test } from 'vitest';
import { input, type Model, sequential } from '../../src/model/description.js';
import { initialParameters } from '../../src/model/initial.js';
import { pad4 } from '../../src/model/layout.js';
import { recurrent, type RecurrentDescription, type RecurrentOptions } from '../../src/model/recurrent.js';
import { stateBlocks, stateSize } from '../../src/model/states.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { gradientNorms } from '../../src/reference/gradient-norms.js';
import type { Gradients, RecordedReference } from '../../src/reference/layer-pass.js';
import { forward } from '../../src/reference/network.js';
import { backThrough } from '../../src/reference/recurrent-layer.js';
import { expectClose, type Pair } from '../support/differences.js';

const EPSILON = 1e-6;
const [TIME, BATCH, UNITS, WIDTH] = [5, 2, 3, 2];
const SLOT = BATCH * pad4(UNITS);

interface Case {
  readonly model: Model;
  readonly parameters: Float64Array;
  readonly inputs: Float64Array;
  readonly outer: Float64Array;
  readonly final: Float64Array;
}

function caseOf(cell: string, options: RecurrentOptions, seed: number): Case {
  const model = sequential([input(WIDTH), recurrent(cell, UNITS, options)]);
  const random = new CounterRandom(seed, 0);
  const rows = (count: number, width: number): Float64Array => Float64Array.from({ length: count * pad4(width) },
    (_, e) => (e % pad4(width) < width ? random.uniform(-1, 1) : 0));
  const parameters = Float64Array.from(initialParameters(model, seed), (value) =>
    (value === 0 ? 0 : value + random.uniform(-0.5, 0.5)));
  const blocks = stateSize(model, BATCH) / SLOT;
  return {
    model, parameters, inputs: rows(TIME * BATCH, WIDTH), outer: rows(TIME * BATCH, model.outputs),
    final: rows(blocks * BATCH, UNITS),
  };
}

/** Times `from` … `to` − 1 from `states`. */
function pass(
  { model, parameters, inputs, outer, final }: Case, from: number, to: number, states: Float64Array, lengths?: number[],
) {
  const recorded: RecordedReference[] = [];
  const row = BATCH * pad4(WIDTH);
  const result = forward(model, { parameters, states: states.slice(), recorded, position: from }, {
    inputs: inputs.slice(from * row, to * row), timeSteps: to - from, batch: BATCH, lengths,
  });
  const size = outer.length / TIME;
  const loss = (outer.subarray(from * size, to * size).reduce((sum, g, e) => sum + g * result.logits[e]!, 0)) +
    result.states.reduce((sum, h, e) => sum + h * final[e]!, 0);
  const back = (): { recorded: RecordedReference[]; states: Float64Array } => {
    const gradients: Gradients = {
      parameters: new Float64Array(model.layout.size), initialStates: new Float64Array(final.length),
      finalStates: final,
    };
    backThrough(result.tape, outer.slice(from * size, to * size), gradients);
    return { recorded, states: gradients.initialStates };
  };
  return { loss, states: result.states, back };
}

const cells: [string, RecurrentOptions][] = [
  ['rnn', {}], ['rnn-sigmoid', {}], ['lstm', {}], ['lstm-peephole', {}], ['lstm-layer-norm', {}], ['gru', {}],
  ['gru-before', {}], ['min-gru', {}], ['clockwork', { modules: 3 }],
];

describe('∂L/∂h_t', () => {
  for (const [cell, options] of cells) {
    test(`${cell}: is what the loss from t on changes by with h_t (seed 2)`, () => {
      const problem = caseOf(cell, options, 2);
      const start = Float64Array.from(problem.final, (x) => x / 2);
      const { recorded } = pass(problem, 0, TIME, start).back();
      const gradient = recorded[0]!.gradient;
      expect(gradient).toHaveLength(TIME * SLOT);
      const pairs: Pair[] = [];
      for (let t = 0; t + 1 < TIME; t++) {
        const { states } = pass(problem, 0, t + 1, start);
        const { offset } = stateBlocks(problem.model.layers[1] as RecurrentDescription, BATCH, 0)[0]!;
        for (let e = 0; e < SLOT; e++) {
          if (e % pad4(UNITS) >= UNITS) continue;
          const [up, down] = [EPSILON, -EPSILON].map((step) => {
            const moved = states.slice();
            moved[offset + e]! += step;
            return pass(problem, t + 1, TIME, moved).loss;
          });
          pairs.push({
            name: `h_${t}[${e}]`, analytic: gradient[t * SLOT + e]!,
            numeric: (up! - down!) / (2 * EPSILON) + problem.outer[t * SLOT + e]!,
          });
        }
      }
      expect(pairs.some(({ numeric }) => Math.abs(numeric) > 0.1)).toBe(true);
      expectClose(pairs, 10);
    });
  }

  test('lstm-1997 with several cells a block: those of all outputs, side by side (seed 3)', () => {
    const problem = caseOf('lstm-1997', { size: 2, truncated: true }, 3);
    const { recorded: [own] } = pass(problem, 0, TIME, problem.final).back();
    expect(own!.gradient).toHaveLength(2 * TIME * SLOT);
    // Truncated, nothing comes to h from the time after; but what is given for the final state comes to the last one.
    const last = (TIME - 1) * BATCH;
    for (let row = 0; row < last; row++) {
      for (let e = 0; e < 2 * UNITS; e++) {
        const [k, u] = [Math.floor(e / UNITS), e % UNITS];
        expect(own!.gradient[(2 * row + k) * pad4(UNITS) + u]).toBe(problem.outer[row * pad4(2 * UNITS) + e]);
      }
    }
  });

  for (const options of [{}, { bidirectional: true, layers: 2 }, { zoneout: 0.2 }]) {
    test(`of rows with lengths is that of each alone, and 0 past its end: gru ${JSON.stringify(options)}`, () => {
      const problem = caseOf('gru', options, 4);
      const lengths = [3, 5];
      const start = problem.final.map((x) => x / 2);
      const { recorded } = pass(problem, 0, TIME, start, lengths).back();
      expect(recorded.map(({ layer, direction }) => [layer, direction]))
        .toEqual('layers' in options ? [[1, 0], [1, 1], [0, 0], [0, 1]] : [[0, 0]]);
      const alone = pass(problem, 0, 3, start).back().recorded; // row 0 ends with this window
      recorded.forEach(({ gradient }, n) => {
        for (let t = 0; t < TIME; t++) {
          const at = t * SLOT;
          const row = Array.from(gradient.subarray(at, at + pad4(UNITS)));
          const expected = t < 3 ? Array.from(alone[n]!.gradient.subarray(at, at + pad4(UNITS))) : [0, 0, 0, 0];
          row.forEach((g, u) => expect(g, `${n}, h_${t}[${u}]`).toBeCloseTo(expected[u]!, 12));
        }
        expect(gradient.subarray((TIME - 1) * SLOT + pad4(UNITS)).some((g) => g !== 0), 'the longer row').toBe(true);
      });
    });
  }
});

describe('norms of gradients by lag', () => {
  const gradient = Float64Array.from({ length: 3 * 2 * 4 }, (_, e) => (e % 4 < 3 ? e : 0));
  const square = (row: number): number => [0, 1, 2].reduce((sum, u) => sum + gradient[row * 4 + u]! ** 2, 0);
  const shape = { timeSteps: 3, batch: 2, units: 3 };

  test('begin with the last time', () => {
    expect(Array.from(gradientNorms(shape, gradient)))
      .toEqual([square(4) + square(5), square(2) + square(3), square(0) + square(1)]);
  });

  test('in reverse with the first', () => {
    expect(Array.from(gradientNorms({ ...shape, reverse: true, lengths: [3, 1] }, gradient)))
      .toEqual([square(0) + square(1), square(2), square(4)]);
  });

  test('with lengths, with each row\'s own last', () => {
    expect(Array.from(gradientNorms({ ...shape, lengths: [1, 3] }, gradient)))
      .toEqual([square(0) + square(5), square(3), square(1)]);
    expect(Array.from(gradientNorms({ ...shape, lengths: [0, 2] }, gradient))).toEqual([square(3), square(1), 0]);
  });
});
