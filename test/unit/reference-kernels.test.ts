import { describe, expect, test } from 'vitest';
import { CounterRandom } from '../../src/random/counter-random.js';
import { clipGradient } from '../../src/reference/clip.js';
import { columnSum } from '../../src/reference/column-sum.js';
import { crossEntropy } from '../../src/reference/cross-entropy.js';
import { dropout } from '../../src/reference/dropout.js';
import { embeddingBackward, embeddingForward } from '../../src/reference/embedding.js';
import { matmul } from '../../src/reference/matmul.js';
import { countNonFinite } from '../../src/reference/non-finite.js';
import { squaredNorm } from '../../src/reference/squared-norm.js';

function randomArray(length: number, seed: number): Float64Array {
  const random = new CounterRandom(seed, 0);
  return Float64Array.from({ length }, () => random.uniform(-1, 1));
}

describe('matmul', () => {
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      for (const [rows, columns, inner] of [[1, 1, 1], [3, 5, 2], [4, 8, 4], [7, 9, 11]]) {
        const name = `${transposeA ? 'Aᵀ' : 'A'}·${transposeB ? 'Bᵀ' : 'B'}`;
        test(`${name}, M ${rows}, N ${columns}, K ${inner}: sums of products; pads stay (seeds 1 to 5)`, () => {
          const pitchA = (transposeA ? rows : inner) + 2;
          const pitchB = (transposeB ? inner : columns) + 1;
          const pitchC = columns + 3;
          const a = randomArray((transposeA ? inner : rows) * pitchA, 1);
          const b = randomArray((transposeB ? columns : inner) * pitchB, 2);
          const biases = [randomArray(columns, 3), randomArray(columns, 4)];
          const start = randomArray(rows * pitchC, 5);
          const shape = { rows, columns, inner, pitchA, pitchB, pitchC, transposeA, transposeB };
          const product = (i: number, j: number) => {
            let sum = 0;
            for (let k = 0; k < inner; k++) {
              sum += a[transposeA ? k * pitchA + i : i * pitchA + k] * b[transposeB ? j * pitchB + k : k * pitchB + j];
            }
            return sum;
          };
          for (const [accumulate, count] of [[false, 0], [true, 1], [false, 2]] as const) {
            const c = start.slice();
            matmul(a, b, c, { ...shape, accumulate }, biases.slice(0, count));
            c.forEach((value, at) => {
              const i = Math.floor(at / pitchC);
              const j = at % pitchC;
              if (j >= columns) return expect(value).toBe(start[at]);
              const added = biases.slice(0, count).reduce((sum, bias) => sum + bias[j], accumulate ? start[at] : 0);
              expect(value).toBeCloseTo(product(i, j) + added, 13);
            });
          }
        });
      }
    }
  }
});

test('a column sum is the product with a row of ones (seed 6)', () => {
  const a = randomArray(5 * 4, 6);
  const out = new Float64Array(3).fill(9);
  const product = new Float64Array(3);
  columnSum(a, out, { rows: 5, columns: 3, pitch: 4 });
  matmul(new Float64Array(5).fill(1), a, product, { rows: 1, columns: 3, inner: 5, pitchA: 5, pitchB: 4, pitchC: 3 });
  out.forEach((value, n) => expect(value).toBeCloseTo(product[n], 14));
});

describe('embedding', () => {
  const ids = Uint32Array.of(2, 0, 2, 2);
  const shape = { rows: 4, columns: 3, pitch: 4 };
  const oneHot = new Float64Array(4 * 3);
  ids.forEach((id, r) => { oneHot[r * 3 + id] = 1; });

  test('forward is the product of one-hot rows with the table (seed 7)', () => {
    const table = randomArray(3 * 4, 7);
    const bias = Float64Array.of(1, 2, 3);
    const out = new Float64Array(16);
    const product = new Float64Array(16);
    embeddingForward(ids, table, out, shape, [bias, bias]);
    matmul(oneHot, table, product, { rows: 4, columns: 3, inner: 3, pitchA: 3, pitchB: 4, pitchC: 4 }, [bias, bias]);
    expect([...out]).toEqual([...product]);
  });

  test('backward is the transposed product: repeated ids add up, unused rows get zero (seed 8)', () => {
    const outGradient = randomArray(16, 8);
    const gradient = new Float64Array(12).fill(5);
    const product = new Float64Array(12);
    embeddingBackward(ids, outGradient, gradient, shape);
    matmul(oneHot, outGradient, product, {
      rows: 3, columns: 3, inner: 4, pitchA: 3, pitchB: 4, pitchC: 4, transposeA: true,
    });
    gradient.forEach((value, at) => expect(value).toBeCloseTo(product[at], 14));
    expect([...gradient.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
  });
});

describe('cross entropy', () => {
  const shape = { rows: 2, columns: 3, pitch: 4 };

  test('of equal logits is log n, of softmax (¼, ¼, ½) at the half log 2', () => {
    const logits = Float64Array.of(7, 7, 7, 0, 0, 0, Math.log(2), 0);
    const losses = new Float64Array(2);
    const gradient = new Float64Array(8);
    expect(crossEntropy(shape, logits, Uint32Array.of(1, 2), losses, { gradient })).toBe(2);
    expect(losses[0]).toBeCloseTo(Math.log(3) / 2, 14); // the two rows add up to the mean
    expect(losses[1]).toBeCloseTo(Math.log(2) / 2, 14);
    const expected = [1 / 6, -1 / 3, 1 / 6, 0, 1 / 8, 1 / 8, -1 / 4, 0];
    gradient.forEach((value, at) => expect(value).toBeCloseTo(expected[at], 14));
  });

  test('stays finite at logits of ±1e3', () => {
    const logits = Float64Array.of(1e3, -1e3, 0, 0, -1e3, 1e3, 0, 0);
    const losses = new Float64Array(2);
    crossEntropy(shape, logits, Uint32Array.of(0, 0), losses, { gradient: logits });
    expect([...losses]).toEqual([0, 1000]);
    expect([...logits]).toEqual([0, 0, 0, 0, -0.5, 0.5, 0, 0]);
  });

  test('leaves masked rows out of loss, gradient and mean', () => {
    const logits = Float64Array.of(1, 2, 3, 0, 3, 1, 0, 0);
    const [both, first] = [new Float64Array(2), new Float64Array(2)];
    const gradient = new Float64Array(8);
    crossEntropy(shape, logits, Uint32Array.of(1, 2), both);
    expect(crossEntropy(shape, logits, Uint32Array.of(1, 2), first, { gradient, mask: Float64Array.of(1, 0) })).toBe(1);
    expect([...first]).toEqual([2 * both[0], 0]);
    expect(gradient[1]).toBeCloseTo(Math.exp(-first[0]) - 1, 14);
    expect([...gradient.subarray(4)]).toEqual([0, 0, 0, 0]);
  });

  test('with everything masked has a zero gradient, not NaN', () => {
    const gradient = new Float64Array(8).fill(1);
    const [logits, losses, mask] = [new Float64Array(8), new Float64Array(2), new Float64Array(2)];
    expect(crossEntropy(shape, logits, new Uint32Array(2), losses, { gradient, mask })).toBe(0);
    expect([...gradient.subarray(0, 3)]).toEqual([0, 0, 0]);
  });
});

describe('dropout', () => {
  const key = { rate: 0.3, seed: 42, step: 5, layer: 64 };
  const ones = new Float64Array(40_000).fill(1);
  const masked = (changes: Partial<typeof key> = {}): Float64Array => {
    const out = new Float64Array(ones.length);
    dropout(ones, out, { ...key, ...changes });
    return out;
  };

  test('drops its share and scales the rest so that the mean stays (seed 42)', () => {
    const kept = masked().filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.7)]));
    // Binomial: 4 standard deviations of 40,000 draws are 4·√(0.3·0.7·40000) = 367.
    expect(Math.abs(kept.length - 28_000)).toBeLessThan(367);
  });

  test('is the same for the same key and another for another seed, step or layer', () => {
    expect(masked()).toEqual(masked());
    for (const changes of [{ seed: 43 }, { step: 6 }, { layer: 65 }]) expect(masked(changes)).not.toEqual(masked());
  });

  test('works in place and lets everything through at rate 0', () => {
    const values = ones.slice();
    dropout(values, values, key);
    expect(values).toEqual(masked());
    expect(masked({ rate: 0 })).toEqual(ones);
  });
});

describe('the gradient as a whole', () => {
  test('squared norm: 3² + 4² = 25', () => expect(squaredNorm(Float64Array.of(3, 0, -4))).toBe(25));

  test('non-finite values are counted', () => {
    expect(countNonFinite(Float64Array.of(1, NaN, Infinity, -Infinity, 1e308, 0))).toBe(3);
  });

  test('clipping to a norm keeps the direction; a smaller gradient is left alone', () => {
    const gradient = Float64Array.of(3, 4);
    clipGradient(gradient, 5, { norm: 10 });
    expect([...gradient]).toEqual([3, 4]);
    clipGradient(gradient, 5, { norm: 1 });
    expect(gradient[0]).toBeCloseTo(0.6, 15);
    expect(gradient[1]).toBeCloseTo(0.8, 15);
  });

  test('clips by norm first, then each value', () => {
    const gradient = Float64Array.of(3, -4);
    clipGradient(gradient, 5, { norm: 2.5, value: 1.75 });
    expect([...gradient]).toEqual([1.5, -1.75]);
  });
});
