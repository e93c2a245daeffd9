import { matmul, type MatmulShape, type MatmulTile } from '../../../src/kernels/matmul.js';
import { pad4, pad64 } from '../../../src/model/layout.js';
import { CounterRandom } from '../../../src/random/counter-random.js';
import { matmul as referenceMatmul } from '../../../src/reference/matmul.js';
import { double, poisoned, randomRows, trialOf, trialsOf } from '../arrays.js';
import { expectClose, expectZeroPadding } from '../close.js';
import { type KernelCase, strategies } from '../kernel-case.js';

interface Row {
  readonly size: readonly [m: number, n: number, k: number];
  readonly tile: MatmulTile;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly accumulate: boolean;
  readonly biases: 0 | 1 | 2;
  readonly trials: number;
  readonly offsetA: number;
  readonly scale: number;
}

const sizes = [
  [1, 1, 1], [5, 7, 3], [33, 17, 19], [64, 12, 96], [16, 8, 4], [40, 68, 65], [2, 130, 5], [3, 9, 33],
] as const;
const tiles = [strategies('step').software.matmul, strategies('step').hardware.matmul, { rows: 3, columns: 3 }];

/** Every transposition with every tile and each two sizes; the other options go round so that each pair occurs. */
function rows(): Row[] {
  const list: Row[] = [];
  for (const [t, tile] of tiles.entries()) {
    for (let transposed = 0; transposed < 4; transposed++) {
      for (let half = 0; half < 2; half++) {
        const i = list.length;
        list.push({
          size: sizes[(2 * transposed + half + 3 * t) % sizes.length]!, tile,
          transposeA: transposed >= 2, transposeB: transposed % 2 === 1,
          accumulate: half === 1, biases: ((i + t) % 3) as 0 | 1 | 2,
          trials: (i >> 1) % 2 ? 3 : 1, offsetA: i % 3 === 0 ? 128 : 0, scale: i % 5 === 4 ? 1e3 : 1,
        });
      }
    }
  }
  return list;
}

export const matmulCases: KernelCase[] = rows().map((row, seed) => {
  const [m, n, k] = row.size;
  const { transposeA, transposeB, accumulate, biases, trials, tile, offsetA, scale } = row;
  const a = transposeA ? [k, m] as const : [m, k] as const;
  const b = transposeB ? [n, k] as const : [k, n] as const;
  const strideA = pad64(a[0] * pad4(a[1])) + 64;
  const strideB = pad64(b[0] * pad4(b[1])) + 64;
  const strideC = pad64(m * pad4(n));
  const strideBias = pad64(n);
  const shape: MatmulShape = {
    m, n, k, transposeA, transposeB, accumulate, biases, trials, strideA, strideB, strideC, strideBias, offsetA, tile,
  };
  const options = [
    accumulate && 'accumulates', biases && `${biases} biases`, offsetA && 'from an offset', scale > 1 && '±1e3',
  ].filter(Boolean).join(', ');
  const form = (transposeA ? 'T' : 'N') + (transposeB ? 'T' : 'N');
  return {
    name: `matmul ${form} [${m}×${k}]·[${k}×${n}] tile ${tile.rows}×${tile.columns}, ` +
      `${trials} trials${options && `, ${options}`}`,
    kernel: matmul(shape),
    prepare: () => prepare({ row, a, b, strideA, strideB, strideC, strideBias, seed }),
  };
});

function prepare({ row, a, b, strideA, strideB, strideC, strideBias, seed }: {
  row: Row; a: readonly [number, number]; b: readonly [number, number];
  strideA: number; strideB: number; strideC: number; strideBias: number; seed: number;
}): ReturnType<KernelCase['prepare']> {
  const [m, n, k] = row.size;
  const { trials, offsetA, scale, biases, accumulate, transposeA, transposeB } = row;
  const random = new CounterRandom(seed, 0);
  const size = m * pad4(n);
  const arrays = {
    a: trialsOf(1, trials * strideA + offsetA, () => {
      const all = new Float32Array(trials * strideA + offsetA);
      all.set(trialsOf(trials, strideA, () => randomRows(random, ...a, scale)), offsetA);
      return all;
    }),
    b: trialsOf(trials, strideB, () => randomRows(random, ...b, scale)),
    c: trialsOf(trials, strideC, () => (accumulate ? randomRows(random, m, n, scale) : poisoned(size))),
    ...(biases > 0 ? { bias: trialsOf(trials, strideBias, () => randomRows(random, 1, n, scale)) } : {}),
    ...(biases > 1 ? { bias2: trialsOf(trials, strideBias, () => randomRows(random, 1, n, scale)) } : {}),
  };
  return {
    arrays,
    check(written) {
      for (let trial = 0; trial < trials; trial++) {
        const expected = accumulate ? double(trialOf(arrays.c, trial, strideC, size)) : new Float64Array(size);
        const vectors = [arrays.bias, arrays.bias2].slice(0, biases)
          .map((bias) => double(trialOf(bias!, trial, strideBias)));
        referenceMatmul(double(arrays.a.subarray(offsetA + trial * strideA)),
          double(trialOf(arrays.b, trial, strideB)), expected, {
            rows: m, columns: n, inner: k, pitchA: pad4(a[1]), pitchB: pad4(b[1]), pitchC: pad4(n),
            transposeA, transposeB, accumulate,
          }, vectors);
        const actual = trialOf(written['c'] as Float32Array<ArrayBuffer>, trial, strideC, size);
        expectClose(actual, expected, { what: `C of trial ${trial}`, seed });
        expectZeroPadding(actual, n, pad4(n), 'C');
      }
    },
  };
}
