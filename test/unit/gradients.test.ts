import { describe, expect, test } from 'vitest';
import { cells } from '../../src/cells/index.js';
import {
  embedding, type LayerDescription, linear, lstm, type Model, oneHot, sequential,
} from '../../src/model/description.js';
import { initialParameters } from '../../src/model/initial.js';
import { elementCount, innerIndex, isTrained } from '../../src/model/layout.js';
import { type Bias, recurrent } from '../../src/model/recurrent.js';
import { stateSize } from '../../src/model/states.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { evaluateWindow, lossAndGradient, type NetworkState } from '../../src/reference/network.js';
import type { Window } from '../../src/reference/window.js';
import { expectClose } from '../support/differences.js';

const EPSILON = 1e-6;

const VOCABULARY = 4;
const TIME = 4;
const BATCH = 2;

interface Case {
  readonly model: Model;
  readonly network: NetworkState & { states: Float64Array };
  readonly window: Window;
}

function makeCase(
  layers: LayerDescription[], seed: number,
  { dropout = false, mask = false }: { dropout?: boolean; mask?: boolean } = {},
): Case {
  const model = sequential(layers);
  const random = new CounterRandom(seed, 0);
  const ids = () => Uint32Array.from({ length: TIME * BATCH }, () => random.integer(VOCABULARY));
  return {
    model,
    network: {
      parameters: Float64Array.from(initialParameters(model, seed)),
      states: Float64Array.from({ length: stateSize(model, BATCH) }, () => random.uniform(-1, 1)),
      dropout: dropout ? { seed, step: 7 } : undefined,
    },
    window: {
      timeSteps: TIME, batch: BATCH, inputs: ids(), targets: ids().map((id) => id % model.outputs),
      mask: mask ? Float64Array.of(1, 0, 1, 1, 0, 0.5, 1, 0) : undefined,
    },
  };
}

const lossOf = ({ model, network, window }: Case): number => evaluateWindow(model, network, window).loss;

/** ∂loss/∂values[at] by central differences; leaves `values` as they were. */
function numerical(problem: Case, values: Float64Array, at: number): number {
  const value = values[at];
  values[at] = value + EPSILON;
  const above = lossOf(problem);
  values[at] = value - EPSILON;
  const below = lossOf(problem);
  values[at] = value;
  return (above - below) / (2 * EPSILON);
}

function checkParameters(problem: Case): void {
  const { model, network, window } = problem;
  const { gradient, loss } = lossAndGradient(model, network, window);
  expect(loss).toBeCloseTo(lossOf(problem), 12);
  const trained = new Set<number>();
  for (const parameter of model.layout.parameters) {
    const pairs = Array.from({ length: elementCount(parameter) }, (_, e) => {
      const at = innerIndex(parameter, e);
      trained.add(at);
      return {
        name: `${parameter.name}[${e}]`, analytic: gradient[at], numeric: numerical(problem, network.parameters, at),
      };
    });
    expectClose(pairs);
  }
  const padding = gradient.filter((_, at) => !trained.has(at));
  expect(padding.every((g) => g === 0), 'padding has no gradient').toBe(true);
}

const inputs: Record<string, () => LayerDescription> = {
  embedding: () => embedding(VOCABULARY, 3),
  oneHot: () => oneHot(VOCABULARY),
};

describe('every parameter gradient equals its finite difference', () => {
  let seed = 100;
  for (const input of Object.keys(inputs)) {
    for (const layers of [1, 2]) {
      for (const bias of ['both', 'input', 'none'] as Bias[]) {
        for (const units of [1, 3, 5]) {
          const own = seed++;
          test(`${input}, ${layers} × lstm(${units}), bias ${bias} (seed ${own})`, () => {
            const model = [inputs[input](), lstm(units, { layers, bias }), linear(VOCABULARY)];
            checkParameters(makeCase(model, own));
          });
        }
      }
    }
  }

  test('with dropout between layers, its mask held fixed by the step (seed 201)', () => {
    const layers = [embedding(4, 3), lstm(5, { layers: 3, dropout: 0.4 }), linear(4)];
    checkParameters(makeCase(layers, 201, { dropout: true }));
  });

  test('with a mask of zeros, ones and a half (seed 202)', () => {
    checkParameters(makeCase([oneHot(4), lstm(3), linear(4)], 202, { mask: true }));
  });

  test('with recurrent blocks one after another and a linear layer without bias (seed 203)', () => {
    checkParameters(makeCase([embedding(4, 2), linear(3), lstm(5), lstm(3), linear(4, { bias: false })], 203));
  });

  test('without any recurrence (seed 204)', () => {
    checkParameters(makeCase([embedding(4, 3), linear(4)], 204));
  });
});

describe('what is not trained has no gradient: padding, lanes and matrices that a cell leaves out', () => {
  for (const cell of Object.keys(cells)) {
    test(`${cell} (seed 205)`, () => {
      const { model, network, window } = makeCase([oneHot(4), recurrent(cell, 5, { layers: 2 }), linear(4)], 205);
      const { gradient } = lossAndGradient(model, network, window);
      const trained = new Set(model.layout.parameters.flatMap((parameter) =>
        Array.from({ length: elementCount(parameter) }, (_, e) => e)
          .filter((e) => isTrained(parameter, e)).map((e) => innerIndex(parameter, e))));
      expect(gradient.every((g, at) => trained.has(at) || g === 0)).toBe(true);
      expect(gradient.some((g) => g !== 0)).toBe(true);
    });
  }
});

describe('the state before the window', () => {
  test('has the gradient that finite differences give, in every layer (seed 301)', () => {
    const problem = makeCase([embedding(4, 3), lstm(3, { layers: 2 }), linear(4)], 301);
    const { model, network, window } = problem;
    const { stateGradient } = lossAndGradient(model, network, window);
    const pitch = 4;
    const pairs = [...stateGradient.keys()].filter((at) => at % pitch < 3).map((at) => ({
      name: `state[${at}]`, analytic: stateGradient[at], numeric: numerical(problem, network.states, at),
    }));
    expect(pairs).toHaveLength(2 * 2 * BATCH * 3);
    expect(pairs.every(({ numeric }) => numeric !== 0)).toBe(true);
    expectClose(pairs);
  });
});

test('the check itself sees a gradient that is wrong by one part in a hundred', () => {
  const numeric = 0.5;
  expect(() => expectClose([{ name: 'w', analytic: numeric * 1.01, numeric }])).toThrow();
});
