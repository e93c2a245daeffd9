import { pad4, type ParameterShape } from '../model/layout.js';
import { keepDefines } from './keep.js';
import { biasBindings, biasDefines, type Biases, ceilDiv, fittingWidth, type Kernel } from './kernel.js';

/** Rows and vec4f columns of C that one thread keeps in registers. */
export interface MatmulTile { readonly rows: number; readonly columns: number }

/** C[M, N] = op(A)·op(B), one product a trial. Pitches in floats, strides (one trial to the next) in floats. */
export interface MatmulShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly accumulate?: boolean;
  /** Number of bias vectors added to each row. */
  readonly biases?: Biases;
  readonly trials: number;
  readonly strideA: number;
  readonly strideB: number;
  readonly strideC: number;
  readonly strideBias?: number;
  /** Where A starts in its binding, in floats. */
  readonly offsetA?: number;
  /** Floats from one stored row of A to the next, where that is more than the row. */
  readonly pitchA?: number;
  /** C is the gradient of this parameter. */
  readonly gradientOf?: Pick<ParameterShape, 'arrangement'>;
  readonly tile: MatmulTile;
}

/** Typed face of `shaders/matmul.wgsl`. Rows of A, B and C are padded to four floats. */
export function matmul(shape: MatmulShape): Kernel {
  const { m, n, k, transposeA = false, transposeB = false, accumulate = false, biases = 0, trials } = shape;
  const columns = ceilDiv(n, 4);
  // A transposed A is loaded by quads of rows.
  const rows = transposeA ? pad4(Math.min(shape.tile.rows, pad4(m))) : Math.min(shape.tile.rows, m);
  const tileColumns = Math.min(shape.tile.columns, columns);
  const width = fittingWidth(ceilDiv(columns, tileColumns), 4, 64);
  const height = Math.max(1, 64 / width);
  return {
    file: 'matmul.wgsl',
    defines: {
      M: m, N: n, K: k,
      PITCH_A: (shape.pitchA ?? pad4(transposeA ? m : k)) / 4, PITCH_B: pad4(transposeB ? k : n) / 4, PITCH_C: columns,
      STRIDE_A: shape.strideA / 4, OFFSET_A: (shape.offsetA ?? 0) / 4,
      STRIDE_B: shape.strideB / 4, STRIDE_C: shape.strideC / 4, STRIDE_BIAS: (shape.strideBias ?? 0) / 4,
      TILE_ROWS: rows, TILE_QUADS: ceilDiv(rows, 4), TILE_COLUMNS: tileColumns, WORKGROUP_X: width, WORKGROUP_Y: height,
      TRANSPOSE_A: transposeA, TRANSPOSE_B: transposeB, TN: transposeA && !transposeB, TT: transposeA && transposeB,
      ACCUMULATE: accumulate, ...biasDefines(biases), ...keepDefines(shape.gradientOf),
    },
    bindings: { a: 'read', b: 'read', c: 'read_write', ...biasBindings(biases) },
    workgroups: [ceilDiv(ceilDiv(columns, tileColumns), width), ceilDiv(ceilDiv(m, rows), height), trials],
    cost: { bytes: 4 * trials * (m * k + k * n + (accumulate ? 2 : 1) * m * n), flops: 2 * trials * m * n * k },
  };
}
