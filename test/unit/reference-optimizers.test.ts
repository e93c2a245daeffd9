import { describe, expect, test } from 'vitest';
import {
  adagrad, adam, type OptimizerDescription, OPTIMIZER_STATES, rmsprop, sgd,
} from '../../src/model/optimizers.js';
import { updateParameters } from '../../src/reference/update.js';

/** Weights and states after one update a gradient. */
function run(optimizer: OptimizerDescription, start: number[], gradients: number[][], rate = optimizer.rate) {
  const weights = Float64Array.from(start);
  const states = OPTIMIZER_STATES[optimizer.kind].map(() => new Float64Array(start.length));
  gradients.forEach((g, step) => updateParameters(optimizer, weights, Float64Array.from(g), states, { rate, step }));
  return { weights, states };
}

function expectClose(actual: Float64Array, expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, e) => expect(value).toBeCloseTo(expected[e], 13));
}

// torch.optim's single-tensor update rules, transcribed to numpy and run on these gradients in float64.
describe('three steps give the numbers of PyTorch\'s rules', () => {
  const start = [1, -1];
  const gradients = [[0.5, -2], [-0.25, 3], [1, 0.125]];

  test('SGD with momentum 0.9', () => {
    const { weights, states } = run(sgd({ rate: 0.1, momentum: 0.9 }), start, gradients);
    expectClose(weights, [0.812, -1.0405]);
    expectClose(states[0], [1.18, 1.205]);
  });

  test('Adam', () => {
    const { weights, states } = run(adam({ rate: 0.1 }), start, gradients);
    expectClose(weights, [0.8075551396770898, -0.9461208970265619]);
    expectClose(states[0], [0.118, 0.1205]);
    expectClose(states[1], [0.0013119377500000011, 0.012998629000000012]);
  });

  test('RMSprop', () => {
    const { weights, states } = run(rmsprop({ rate: 0.01 }), start, gradients);
    expectClose(weights, [0.9362395667053272, -0.9943807031808355]);
    expectClose(states[0], [0.06425, 0.60878125]);
  });

  test('Adagrad', () => {
    const { weights, states } = run(adagrad({ rate: 0.1 }), start, gradients);
    expectClose(weights, [0.8574342054175036, -0.9866698243367875]);
    expectClose(states[0], [1.3125, 13.015625]);
  });
});

// Closed forms for a gradient that stays g.
describe('a constant gradient', () => {
  const g = -0.2;
  const steps = 20;
  const gradients = Array.from({ length: steps }, () => [g]);

  test('moves SGD by rate·g·Σ(1 − μⁿ)/(1 − μ)', () => {
    let sum = 0;
    for (let n = 1; n <= steps; n++) sum += (1 - 0.5 ** n) / (1 - 0.5);
    expectClose(run(sgd({ rate: 0.01, momentum: 0.5 }), [0], gradients).weights, [-0.01 * g * sum]);
    expectClose(run(sgd({ rate: 0.01 }), [0], gradients).weights, [-0.01 * g * steps]);
  });

  test('moves Adam by the rate each step, for its bias is corrected', () => {
    const moved = (-0.01 * steps * g) / (Math.abs(g) + 1e-8);
    expectClose(run(adam({ rate: 0.01 }), [0], gradients).weights, [moved]);
  });

  test('moves Adagrad by rate·Σ1/√n', () => {
    let sum = 0;
    for (let n = 1; n <= steps; n++) sum += (0.01 * g) / (Math.sqrt(n * g * g) + 1e-8);
    expectClose(run(adagrad({ rate: 0.01 }), [0], gradients).weights, [-sum]);
  });
});

test('a zero gradient moves no weight that never had another', () => {
  for (const optimizer of [sgd({ momentum: 0.9 }), adam(), rmsprop(), adagrad()]) {
    expectClose(run(optimizer, [0, 3], [[0, 0], [0, 0]]).weights, [0, 3]);
  }
});

test('the rate of the step counts, not the description\'s', () => {
  expectClose(run(sgd({ rate: 1 }), [0], [[1]], 0.25).weights, [-0.25]);
});
