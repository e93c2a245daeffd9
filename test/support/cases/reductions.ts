import { expect } from 'vitest';
import { RESULT_WORDS, RING } from '../../../src/kernels/control.js';
import { crossEntropy } from '../../../src/kernels/cross-entropy.js';
import { columnSum } from '../../../src/kernels/column-sum.js';
import { report } from '../../../src/kernels/report.js';
import { normPartials, squaredNorm } from '../../../src/kernels/squared-norm.js';
import { sum } from '../../../src/kernels/sum.js';
import { pad4, pad64 } from '../../../src/model/layout.js';
import { CounterRandom } from '../../../src/random/counter-random.js';
import { columnSum as referenceColumnSum } from '../../../src/reference/column-sum.js';
import { crossEntropy as referenceCrossEntropy } from '../../../src/reference/cross-entropy.js';
import { countNonFinite } from '../../../src/reference/non-finite.js';
import { squaredNorm as referenceSquaredNorm } from '../../../src/reference/squared-norm.js';
import { double, type Floats, poisoned, randomFloats, randomRows, randomTokens, trialOf, trialsOf } from '../arrays.js';
import { expectClose, expectEqualBits, expectZeroPadding } from '../close.js';
import { controls, type KernelCase } from '../kernel-case.js';

interface LossRow {
  rows: number; vocabulary: number; trials: number; gradient: boolean; mask: 'none' | 'some' | 'all'; scale: number;
}
const losses: LossRow[] = [
  { rows: 1, vocabulary: 1, trials: 1, gradient: true, mask: 'none', scale: 1 },
  { rows: 66, vocabulary: 65, trials: 3, gradient: true, mask: 'none', scale: 3 },
  { rows: 130, vocabulary: 5, trials: 1, gradient: true, mask: 'some', scale: 3 },
  { rows: 17, vocabulary: 8, trials: 3, gradient: false, mask: 'some', scale: 3 },
  { rows: 64, vocabulary: 3, trials: 3, gradient: false, mask: 'none', scale: 1e3 },
  { rows: 33, vocabulary: 130, trials: 1, gradient: true, mask: 'none', scale: 1e3 },
  { rows: 10, vocabulary: 6, trials: 3, gradient: true, mask: 'all', scale: 1 },
];

function lossCase(row: LossRow, seed: number): KernelCase {
  const { rows, vocabulary, trials, gradient, mask, scale } = row;
  const pitch = pad4(vocabulary);
  return {
    name: `cross entropy of ${rows} × ${vocabulary}, ${trials} trials${gradient ? ', gradient' : ''}, ${mask} masked` +
      `${scale > 100 ? ', ±1e3' : ''}`,
    kernel: crossEntropy({ rows, vocabulary, trials, gradient, mask: mask !== 'none' }),
    prepare() {
      const random = new CounterRandom(seed, 0);
      const logits = trialsOf(trials, rows * pitch, () => randomRows(random, rows, vocabulary, scale))
        .map((x, i) => (i % pitch < vocabulary ? x : 1e4)); // the padding is not read
      const targets = randomTokens(random, trials * rows, vocabulary);
      const kept = Float32Array.from({ length: trials * rows }, () => (mask === 'some' && random.next() < 0.6 ? 1 : 0));
      const counts = Float32Array.from({ length: trials }, (_, n) => trialOf(kept, n, rows).reduce((a, b) => a + b, 0));
      return {
        arrays: {
          logits, targets, loss: poisoned(trials * rows), ...(mask === 'none' ? {} : { mask: kept, count: counts }),
        },
        check(written) {
          for (let n = 0; n < trials; n++) {
            const x = double(trialOf(logits, n, rows * pitch));
            const expected = new Float64Array(rows);
            const dx = new Float64Array(x.length);
            referenceCrossEntropy({ rows, columns: vocabulary, pitch }, x, trialOf(targets, n, rows), expected,
              { gradient: dx, ...(mask === 'none' ? {} : { mask: double(trialOf(kept, n, rows)) }) });
            expectClose(trialOf(written['loss'] as Floats, n, rows), expected, { what: `losses of trial ${n}`, seed });
            if (!gradient) continue;
            const actual = trialOf(written['logits'] as Floats, n, rows * pitch);
            expectClose(actual, dx, { what: `gradient of trial ${n}`, seed, pass: 'backward' });
            expectZeroPadding(actual, vocabulary, pitch, 'gradient');
          }
        },
      };
    },
  };
}

/** Gradients of biases whose lanes are not all trained: those of `b_ih`, and those of `b_hh`, the second copy. */
interface Lanes { readonly of: number; readonly first: readonly number[]; readonly second: readonly number[] }

function columnSumCase(
  rows: number, columns: number, trials: number, lanes: 1 | 16, twin: boolean, seed: number, kept?: Lanes,
): KernelCase {
  const pitch = pad4(columns);
  const apart = twin ? pad64(pitch) : 0;
  const strideSums = pad64(pitch) * 2 + 64;
  const biases = kept && [kept.first, kept.second].map((blocks) =>
    ({ arrangement: { kind: 'gates', units: columns / kept.of, lanes: kept.of, blocks } as const }));
  const trained = (sums: Floats, blocks?: readonly number[]): Floats =>
    sums.map((sum, e) => (blocks && !blocks.includes(e % kept!.of) ? 0 : sum));
  return {
    name: `column sum of ${rows} × ${columns}, ${lanes} lanes, ${trials} trials${twin ? ', twice' : ''}` +
      `${kept ? `, lanes ${kept.first} and ${kept.second} of ${kept.of}` : ''}`,
    kernel: columnSum({
      rows, columns, trials, lanes, twin: apart, strideX: rows * pitch, strideSums,
      ...(biases ? { gradientsOf: biases } : {}),
    }),
    prepare() {
      const random = new CounterRandom(seed, 0);
      const x = trialsOf(trials, rows * pitch, () => randomRows(random, rows, columns));
      return {
        arrays: { x, sums: poisoned(trials * strideSums) },
        check({ sums }) {
          for (let n = 0; n < trials; n++) {
            const expected = new Float64Array(pitch);
            referenceColumnSum(double(trialOf(x, n, rows * pitch)), expected, { rows, columns, pitch });
            const own = trialOf(sums as Floats, n, strideSums);
            const first = own.subarray(0, pitch);
            const wanted = double(trained(Float32Array.from(expected), kept?.first));
            expectClose(first, wanted, { what: `sums of trial ${n}`, seed, pass: 'backward' });
            if (!twin) continue;
            const second = own.subarray(apart, apart + pitch);
            if (!kept) expectEqualBits(second, first, 'the second copy');
            else {
              const other = double(trained(Float32Array.from(expected), kept.second));
              expectClose(second, other, { what: `the second copy of trial ${n}`, seed, pass: 'backward' });
            }
          }
        },
      };
    },
  };
}

function sumCase(size: number, trials: number): KernelCase {
  return {
    name: `sum of ${size}, ${trials} trials`,
    kernel: sum({ size, trials }),
    prepare() {
      const x = Float32Array.from({ length: size * trials }, (_, i) => (i % 3 === 0 ? 1 : 0));
      return {
        arrays: { x, out: poisoned(trials) },
        check: ({ out }) => expect(Array.from(out!), 'whole numbers are exact')
          .toEqual(Array.from({ length: trials }, (_, n) => trialOf(x, n, size).reduce((a, b) => a + b, 0))),
      };
    },
  };
}

/** Values at a place of trial 0's gradient; the other trials stay whole. */
function normCase(size: number, trials: number, planted: readonly number[], seed: number): KernelCase {
  return {
    name: `squared norm of ${size}, ${trials} trials${planted.length > 0 ? `, with ${planted.join(', ')}` : ''}`,
    kernel: squaredNorm({ size, trials }),
    prepare() {
      const gradient = randomFloats(new CounterRandom(seed, 0), size * trials);
      planted.forEach((value, i) => (gradient[(i * 37) % size] = value));
      const parts = 2 * normPartials(size);
      return {
        arrays: { gradient, partials: poisoned(trials * parts) },
        check({ partials }) {
          for (let n = 0; n < trials; n++) {
            const own = double(trialOf(partials as Floats, n, parts));
            const g = double(trialOf(gradient, n, size));
            expect(own.filter((_, i) => i % 2 === 1).reduce((a, b) => a + b, 0), 'non-finite values')
              .toBe(countNonFinite(g));
            if (countNonFinite(g) > 0) continue;
            const actual = own.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b, 0);
            const expected = referenceSquaredNorm(g);
            if (expected > 3.5e38) expect(actual, 'past float32, for report.wgsl to count').toBe(Infinity);
            else expectClose([actual], [expected], { what: `‖g‖² of trial ${n}`, seed });
          }
        },
      };
    },
  };
}

/**
 * Records at a step, of which the ring holds the one before; partials of trial 0 may hold bad values, or a sum that
 * overflowed; `earlier`: bad values of the last trial that the record before has.
 */
function reportCase(
  { rows, normed, trials, bad = 'none', earlier = 0, step = RING + 5, seed }: {
    rows: number; normed: number; trials: number; bad?: 'none' | 'count' | 'overflow'; earlier?: number; step?: number;
    seed: number;
  },
): KernelCase {
  return {
    name: `report of ${rows} losses${normed > 0 ? ` and a norm of ${normed}` : ''}, ${trials} trials, ` +
      `bad: ${bad}, ${earlier} before, step ${step}, ${seed % 2 === 0 ? 64 : 1} threads`,
    kernel: report({ rows, normed, trials, sideBySide: seed % 2 === 0 }),
    prepare() {
      const random = new CounterRandom(seed, 0);
      const count = normPartials(normed);
      const loss = randomFloats(random, trials * rows).map(Math.abs);
      const partials = randomFloats(random, trials * count * 2).map((x, i) => (i % 2 === 0 ? Math.abs(x) : 0));
      if (bad === 'count') partials[1] = 3;
      if (bad === 'overflow') partials[0] = Infinity;
      const results = poisoned(RING * trials * RESULT_WORDS);
      for (let n = 0; n < trials; n++) { // without a norm the record before is not read
        const before = ((step + RING - 1) % RING) * trials + n;
        if (normed > 0) results[before * RESULT_WORDS + 2] = n === trials - 1 ? earlier : 0;
      }
      return {
        arrays: {
          loss, results,
          control: controls(Array.from({ length: trials }, () => ({ step }))), ...(normed > 0 ? { partials } : {}),
        },
        check(written) {
          for (let n = 0; n < trials; n++) {
            const record = (step % RING) * trials + n;
            const [total, norm, nonFinite] = trialOf(written['results'] as Floats, record, RESULT_WORDS);
            expectClose([total!], [double(trialOf(loss, n, rows)).reduce((a, b) => a + b, 0)], { what: 'loss', seed });
            const now = n > 0 || bad === 'none' ? 0 : bad === 'count' ? 3 : 1;
            expect(nonFinite, 'non-finite values').toBe(now + (n === trials - 1 ? earlier : 0));
            if (n === 0 && bad === 'overflow') continue;
            const squares = double(trialOf(partials, n, 2 * count)).filter((_, i) => i % 2 === 0)
              .reduce((a, b) => a + b, 0);
            expectClose([norm!], [normed > 0 ? Math.sqrt(squares) : 0], { what: 'norm', seed });
          }
        },
      };
    },
  };
}

export const reductionCases: KernelCase[] = [
  ...losses.map(lossCase),
  columnSumCase(1, 1, 1, 1, false, 0), columnSumCase(66, 68, 3, 1, true, 1), columnSumCase(66, 68, 3, 16, true, 2),
  columnSumCase(5, 130, 1, 16, false, 3), columnSumCase(160, 17, 3, 16, false, 4),
  columnSumCase(33, 20, 2, 1, true, 5, { of: 4, first: [0, 1, 2], second: [0, 1, 3] }),
  columnSumCase(18, 24, 1, 16, true, 6, { of: 8, first: [0, 1], second: [0, 1, 2, 3, 4] }),
  sumCase(1, 1), sumCase(200, 3),
  normCase(64, 1, [], 0), normCase(5000 * 64, 1, [], 1), normCase(192, 3, [], 2),
  normCase(192, 3, [NaN, Infinity, -Infinity, 1], 3), normCase(128, 1, [NaN], 4), normCase(128, 3, [1e20], 5),
  reportCase({ rows: 1, normed: 64, trials: 1, seed: 0 }),
  reportCase({ rows: 200, normed: 128 * 64, trials: 3, earlier: 7, seed: 1 }),
  reportCase({ rows: 66, normed: 0, trials: 3, seed: 2 }),
  reportCase({ rows: 66, normed: 192, trials: 3, bad: 'count', seed: 3 }),
  reportCase({ rows: 66, normed: 192, trials: 3, bad: 'overflow', earlier: 2, seed: 4 }),
  reportCase({ rows: 66, normed: 192, trials: 1, bad: 'count', earlier: 5, step: 0, seed: 5 }),
  reportCase({ rows: 66, normed: 192, trials: 3, earlier: 1, step: RING, seed: 6 }),
];
