import { matmul, type MatmulShape, type MatmulTile } from '../../../src/kernels/matmul.js';
import { type GatesArrangement, pad4, pad64, type Parameter } from '../../../src/model/layout.js';
import { CounterRandom } from '../../../src/random/counter-random.js';
import { matmul as referenceMatmul } from '../../../src/reference/matmul.js';
import { clearUntrained } from '../../../src/reference/untrained.js';
import { double, type Floats, poisoned, randomRows, trialOf, trialsOf } from '../arrays.js';
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
  /** Floats between the rows of A that are not its own. */
  readonly gapA: number;
  readonly scale: number;
  /** C is the gradient of a recurrent weight: not all lanes, or not all units, are trained. */
  readonly gradientOf?: GatesArrangement;
}

const sizes = [
  [1, 1, 1], [5, 7, 3], [33, 17, 19], [64, 12, 96], [16, 8, 4], [40, 68, 65], [2, 130, 5], [3, 9, 33],
] as const;
const tiles = [
  strategies('step').software.matmul, strategies('step').hardware.matmul, { rows: 3, columns: 3 },
  { rows: 8, columns: 1, subgroup: 4 }, { rows: 3, columns: 2, subgroup: 4 }, { rows: 16, columns: 2, subgroup: 4 },
];

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
          trials: (i >> 1) % 2 ? 3 : 1, offsetA: i % 3 === 0 ? 128 : 0,
          gapA: i % 7 === 5 ? 8 : 0, scale: i % 5 === 4 ? 1e3 : 1,
        });
      }
    }
  }
  return list;
}

/** Weight gradients AᵀB: of a GRU's four lanes three, of eight lanes five, of a clockwork's units the slower. */
function gradientRows(): Row[] {
  const arrangements: GatesArrangement[] = [
    { kind: 'gates', units: 5, lanes: 4, blocks: [0, 1, 3] },
    { kind: 'gates', units: 3, lanes: 8, blocks: [0, 1, 2, 3, 6] },
    { kind: 'gates', units: 17, lanes: 1, blocks: [0], modules: 4 },
    { kind: 'gates', units: 6, lanes: 1, blocks: [0], modules: 6 },
  ];
  return arrangements.map((gradientOf, i) => {
    const { units, lanes, modules } = gradientOf;
    return {
      size: [modules === undefined ? 9 : units, units * lanes, 13], tile: tiles[i % tiles.length]!, transposeA: true,
      transposeB: false, accumulate: false, biases: 0, trials: 1 + (i % 2), offsetA: 64 * (i % 2), gapA: 4 * (i % 2),
      scale: 1, gradientOf,
    };
  });
}

export const matmulCases: KernelCase[] = [...rows(), ...gradientRows()].map((row, seed) => {
  const [m, n, k] = row.size;
  const { transposeA, transposeB, accumulate, biases, trials, tile, offsetA, gapA, scale, gradientOf } = row;
  const a = transposeA ? [k, m] as const : [m, k] as const;
  const b = transposeB ? [n, k] as const : [k, n] as const;
  const pitchA = pad4(a[1]) + gapA;
  const strideA = pad64(a[0] * pitchA) + 64;
  const strideB = pad64(b[0] * pad4(b[1])) + 64;
  const strideC = pad64(m * pad4(n));
  const strideBias = pad64(n);
  const shape: MatmulShape = {
    m, n, k, transposeA, transposeB, accumulate, biases, trials, strideA, strideB, strideC, strideBias, offsetA, tile,
    ...(gapA > 0 ? { pitchA } : {}), ...(gradientOf ? { gradientOf: { arrangement: gradientOf } } : {}),
  };
  const options = [
    accumulate && 'accumulates', biases && `${biases} biases`, offsetA && 'from an offset', gapA && 'rows apart',
    scale > 1 && '±1e3', gradientOf && `lanes ${gradientOf.blocks} of ${gradientOf.lanes}`,
    gradientOf?.modules && `${gradientOf.modules} modules`,
  ].filter(Boolean).join(', ');
  const form = (transposeA ? 'T' : 'N') + (transposeB ? 'T' : 'N');
  return {
    name: `matmul ${form} [${m}×${k}]·[${k}×${n}] tile ${tile.rows}×${tile.columns}` +
      `${tile.subgroup ? ' in lanes' : ''}, ${trials} trials${options && `, ${options}`}`,
    kernel: matmul(shape),
    prepare: () => prepare({ row, a, b, pitchA, strideA, strideB, strideC, strideBias, seed }),
  };
});

function prepare({ row, a, b, pitchA, strideA, strideB, strideC, strideBias, seed }: {
  row: Row; a: readonly [number, number]; b: readonly [number, number];
  pitchA: number; strideA: number; strideB: number; strideC: number; strideBias: number; seed: number;
}): ReturnType<KernelCase['prepare']> {
  const [m, n, k] = row.size;
  const { trials, offsetA, scale, biases, accumulate, transposeA, transposeB } = row;
  const random = new CounterRandom(seed, 0);
  const size = m * pad4(n);
  const arrays = {
    a: trialsOf(1, trials * strideA + offsetA, () => {
      const all = new Float32Array(trials * strideA + offsetA);
      all.set(trialsOf(trials, strideA, () => spread(randomRows(random, ...a, scale), pad4(a[1]), pitchA)), offsetA);
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
            rows: m, columns: n, inner: k, pitchA, pitchB: pad4(b[1]), pitchC: pad4(n),
            transposeA, transposeB, accumulate,
          }, vectors);
        if (row.gradientOf) clearUntrained(asParameter(row.gradientOf, m), expected);
        const actual = trialOf(written['c'] as Float32Array<ArrayBuffer>, trial, strideC, size);
        expectClose(actual, expected, { what: `C of trial ${trial}`, seed });
        expectZeroPadding(actual, n, pad4(n), 'C');
      }
    },
  };
}

/** Rows of `pitch` floats put `apart` floats apart; what is between them must not be read. */
function spread(rows: Floats, pitch: number, apart: number): Floats {
  const out = poisoned((rows.length / pitch) * apart);
  for (let row = 0; row * pitch < rows.length; row++) {
    out.set(rows.subarray(row * pitch, (row + 1) * pitch), row * apart);
  }
  return out;
}

/** A recurrent weight of `rows` inputs, alone in its layout. */
function asParameter(arrangement: GatesArrangement, rows: number): Parameter {
  const { units, lanes, blocks } = arrangement;
  const columns = units * lanes;
  return {
    name: 'weight', shape: [blocks.length * units, rows], arrangement, initial: { kind: 'uniform', bound: 1 },
    offset: 0, rows, columns, pitch: pad4(columns),
  };
}
