import { describe, expect, test } from 'vitest';
import { oneHot, sequential } from '../../src/model/description.js';
import { initialParameters } from '../../src/model/initial.js';
import { orthogonal, scaleToSpectralRadius, sparse, spectralRadius } from '../../src/model/initial-matrices.js';
import { unpackParameter } from '../../src/model/layout.js';
import { recurrent } from '../../src/model/recurrent.js';
import { CounterRandom } from '../../src/random/counter-random.js';

const SEED = 9;

/** Gelfand's formula by repeated squaring, ‖A^k‖^(1/k) with k = 2^20: another way to the same number. */
function radiusBySquaring(matrix: Float64Array, n: number): number {
  let power = matrix.slice();
  let logarithm = 0; // of the factor taken out of A^k, divided by k
  for (let k = 1; k <= 2 ** 20; k *= 2) {
    const norm = Math.hypot(...power);
    if (norm === 0) return 0;
    logarithm += Math.log(norm) / k;
    power = power.map((value) => value / norm);
    if (k === 2 ** 20) break;
    power = Float64Array.from(power, (_, e) => {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += power[Math.floor(e / n) * n + j] * power[j * n + (e % n)];
      return sum;
    });
  }
  return Math.exp(logarithm);
}

describe(`a random orthogonal matrix (seed ${SEED})`, () => {
  for (const [rows, columns] of [[1, 1], [5, 5], [4, 7], [7, 4], [1, 6], [6, 1], [160, 40], [64, 64]]) {
    test(`[${rows}, ${columns}] has orthonormal ${rows < columns ? 'rows' : 'columns'}`, () => {
      const matrix = orthogonal(rows, columns, new CounterRandom(SEED, 0));
      const at = (i: number, k: number) => (rows < columns ? matrix[i * columns + k] : matrix[k * columns + i]);
      const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
      for (let i = 0; i < count; i++) {
        for (let j = 0; j <= i; j++) {
          let product = 0;
          for (let k = 0; k < length; k++) product += at(i, k) * at(j, k);
          expect(Math.abs(product - Number(i === j)), `${i}, ${j}`).toBeLessThan(1e-12);
        }
      }
    });
  }

  test('is as likely as any other: the trace of 3 × 3 ones has mean 0, mean square 1 and mean fourth power 3', () => {
    const random = new CounterRandom(SEED, 0);
    const n = 4000;
    const traces = Array.from({ length: n }, () => {
      const matrix = orthogonal(3, 3, random);
      return matrix[0] + matrix[4] + matrix[8];
    });
    const moment = (power: number) => traces.reduce((sum, trace) => sum + trace ** power, 0) / n;
    // The moments are those of N(0, 1) (Diaconis & Shahshahani 1994); four standard errors.
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  });
});

describe('the spectral radius', () => {
  const turn = (angle: number, length: number) => [
    length * Math.cos(angle), -length * Math.sin(angle), length * Math.sin(angle), length * Math.cos(angle),
  ];
  const cases: [string, number[], number, number][] = [
    ['of a number', [-3], 3, 1e-12],
    ['of a diagonal', [0.5, 0, 0, 0, -2, 0, 0, 0, 1], 2, 1e-6],
    ['of a triangle is on its diagonal, whatever is above', [0.3, 1000, 0, 0.4], 0.4, 1e-3],
    ['of a rotation, whose eigenvalues are complex', turn(1, 0.95), 0.95, 1e-12],
    ['of a rotation seen askew', [1, 4, -2, 1], 3, 1e-6],
    ['of a swap, whose eigenvalues 2 and −2 are as long', [0, 4, 1, 0], 2, 1e-3],
    ['of a cycle of three', [0, 0, 8, 1, 0, 0, 0, 1, 0], 2, 1e-3],
    ['of a Jordan block', [0.9, 1, 0, 0, 0.9, 1, 0, 0, 0.9], 0.9, 2e-3],
    ['of a nilpotent matrix', [0, 1, 2, 0, 0, 3, 0, 0, 0], 0, 0],
    ['of zeros', [0, 0, 0, 0], 0, 0],
  ];
  for (const [name, values, radius, tolerance] of cases) {
    test(`${name} is ${radius}`, () => {
      const found = spectralRadius(Float64Array.from(values), Math.sqrt(values.length));
      expect(Math.abs(found - radius)).toBeLessThanOrEqual(tolerance * radius);
    });
  }

  for (const [n, nonZeros] of [[2, 2], [14, 14], [20, 15], [33, 3], [48, 15]]) {
    test(`of ${n} × ${n} matrices of ${nonZeros} values a row agrees with repeated squaring (seed ${SEED})`, () => {
      for (let trial = 0; trial < 4; trial++) {
        const matrix = sparse(n, n, { nonZeros, deviation: 1 }, new CounterRandom(SEED, 0, trial));
        const ratio = spectralRadius(matrix, n) / radiusBySquaring(matrix, n);
        expect(Math.abs(ratio - 1), `trial ${trial}`).toBeLessThan(1e-3);
      }
    });
  }

  test('is what a matrix is scaled to; one without any stays', () => {
    const matrix = Float64Array.from([1, 4, -2, 1]);
    scaleToSpectralRadius(matrix, 2, 0.95);
    expect(Math.abs(radiusBySquaring(matrix, 2) - 0.95)).toBeLessThan(1e-5);
    const nilpotent = Float64Array.from([0, 1, 0, 0]);
    scaleToSpectralRadius(nilpotent, 2, 0.95);
    expect([...nilpotent]).toEqual([0, 1, 0, 0]);
  });
});

describe(`a sparse matrix (seed ${SEED})`, () => {
  test('has its values N(0, deviation²), at places that are all as likely', () => {
    const [n, nonZeros] = [200, 15];
    const matrix = sparse(n, n, { nonZeros, deviation: 0.01 }, new CounterRandom(SEED, 0));
    const values = matrix.filter((value) => value !== 0);
    expect(values).toHaveLength(n * nonZeros);
    const meanSquare = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(Math.abs(meanSquare / 1e-4 - 1)).toBeLessThan(4 * Math.sqrt(2 / values.length));
    // χ² over columns: n − 1 degrees of freedom, each count's variance a little less than its mean of 15
    const counts = Array.from({ length: n }, (_, c) => matrix.filter((value, e) => e % n === c && value !== 0).length);
    const chi = counts.reduce((sum, count) => sum + (count - nonZeros) ** 2 / (nonZeros * (1 - nonZeros / n)), 0);
    expect(Math.abs(chi - (n - 1))).toBeLessThan(4 * Math.sqrt(2 * n));
  });

  test('of fewer columns is full', () => {
    const matrix = sparse(6, 4, { nonZeros: 15, deviation: 1 }, new CounterRandom(SEED, 0));
    expect(matrix.every((value) => value !== 0)).toBe(true);
  });

  test('has values where they are allowed alone', () => {
    const random = new CounterRandom(SEED, 0);
    const matrix = sparse(6, 6, { nonZeros: 3, deviation: 1 }, random, (row, column) => column >= row);
    const counts = [0, 1, 2, 3, 4, 5].map((row) => matrix.subarray(row * 6, row * 6 + 6).filter(Boolean).length);
    expect(counts).toEqual([3, 3, 3, 3, 2, 1]);
    expect(matrix.every((value, e) => value === 0 || e % 6 >= Math.floor(e / 6))).toBe(true);
  });
});

describe(`every gate's matrix of pascanu-smart has spectral radius .95 (seed ${SEED})`, () => {
  for (const cell of ['rnn', 'gru', 'gru-before', 'lstm', 'lstm-1997', 'lstm-fgr', 'clockwork', 'grid']) {
    for (const units of [1, 3, 14, 24]) {
      test(`${cell}, ${units} units`, () => {
        const model = sequential([oneHot(3), recurrent(cell, units, { initial: 'pascanu-smart' })]);
        const flat = initialParameters(model, SEED);
        const scaled = model.layout.parameters.filter(({ initial }) => initial.kind === 'sparse');
        expect(scaled.map(({ name }) => name)).toContain('1.weight_hh_l0');
        for (const parameter of scaled) {
          const values = Float64Array.from(unpackParameter(parameter, flat));
          for (let start = 0; start < values.length; start += units * units) {
            const radius = radiusBySquaring(values.slice(start, start + units * units), units);
            expect(Math.abs(radius - 0.95), `${parameter.name} from ${start}`).toBeLessThan(2e-3);
          }
        }
      });
    }
  }
});
