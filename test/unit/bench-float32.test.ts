import { describe, expect, it } from 'vitest';
import { expectedFirstLoss } from '../../bench/expected.js';
import { createProblem, type Size } from '../../bench/problem.js';
import { system } from '../../bench/systems/float32.js';
import { exp, sigmoid, tanh } from '../../bench/systems/float32-math.js';
import { Product } from '../../bench/systems/float32-product.js';
import { system as reference } from '../../bench/systems/reference.js';

const SIZES: readonly Size[] = [
  { vocabulary: 13, hidden: 16, layers: 2, timeSteps: 7, batch: 6 },
  { vocabulary: 5, hidden: 7, layers: 3, timeSteps: 9, batch: 1 }, // nothing is a multiple of four
  { vocabulary: 17, hidden: 8, layers: 1, timeSteps: 40, batch: 9 }, // weight gradients over more than one block
];

describe('the float32 LSTM in plain JavaScript', () => {
  for (const size of SIZES) {
    it(`trains as the float64 reference does: ${JSON.stringify(size)}`, async () => {
      const problem = createProblem(size, 7);
      const [own, exact] = [await system.create(problem), await reference.create(problem)];
      for (let step = 1; step <= 5; step++) {
        await own.step();
        await exact.step();
        const loss = await own.readLoss();
        if (step === 1) expect(Math.abs(loss - expectedFirstLoss(problem))).toBeLessThan(1e-6);
        expect(Math.abs(loss - await exact.readLoss()), `step ${step}`).toBeLessThan(1e-4);
      }
      await exact.dispose();
    });
  }

  it('leaves the weights of the problem as they are', async () => {
    const [problem, untouched] = [createProblem(SIZES[0]!), createProblem(SIZES[0]!)];
    const training = await system.create(problem);
    await training.step();
    expect(problem).toEqual(untouched);
  });
});

describe('its parts', () => {
  it('multiplies matrices of any size, turned or not', () => {
    const value = (i: number, k: number) => ((7 * i + 3 * k) % 11) - 5; // sums are exact
    for (const [m, n, k] of [[1, 5, 3], [4, 4, 4], [7, 9, 300], [10, 3, 1]] as const) {
      const a = Float32Array.from({ length: m * k }, (_, at) => value(Math.floor(at / k), at % k)); // [m, k]
      const b = Float32Array.from({ length: n * k }, (_, at) => value(at % n, Math.floor(at / n))); // [k, n]
      const c = new Float32Array(m * n).fill(1);
      const product = new Product(n, 128, { row: k, inner: 1 }, { row: 1, inner: n });
      product.addOver(k, m, a, 0, b, 0, c, n);
      const expected = Array.from({ length: m * n }, (_, at) => {
        let sum = 1;
        for (let l = 0; l < k; l++) sum += value(Math.floor(at / n), l) * value(at % n, l);
        return sum;
      });
      expect([...c]).toEqual(expected);
    }
  });

  it('takes exponentials to 1e-8 of their value, and stays finite outside', () => {
    for (let x = -87; x <= 87; x += 0.37) expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-8);
    expect([sigmoid(1e3), sigmoid(-1e3), tanh(1e3), tanh(-1e3)].map((y) => Math.round(y * 1e6) / 1e6 + 0))
      .toEqual([1, 0, 1, -1]);
    for (let x = -9; x <= 9; x += 0.1) expect(Math.abs(tanh(x) - Math.tanh(x))).toBeLessThan(1e-8);
  });
});
