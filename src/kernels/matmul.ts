import { pad4, type ParameterShape } from '../model/layout.js';
import { keepDefines } from './keep.js';
import { biasBindings, biasDefines, type Biases, ceilDiv, type Defines, fittingWidth, type Kernel } from './kernel.js';

/**
 * Rows and vec4f columns of C that one thread keeps in registers. With `subgroup`, the threads of a subgroup, these
 * share the rows and each loads a part of A for all; rows are then fewer than a subgroup or a multiple of it.
 */
export interface MatmulTile { readonly rows: number; readonly columns: number; readonly subgroup?: number }

/** `immediates`: what carries the part's number where parts come in turn. */
export type Parts = { readonly count: number } & ({ readonly inTurn: false } | {
  readonly inTurn: true; readonly immediates: boolean;
});

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
  /** k is cut into as many parts: a dispatch each, or side by side, each with a product of its own in C. */
  readonly parts?: Parts;
}

/** Typed face of `shaders/matmul.wgsl`. Rows of A, B and C are padded to four floats. */
export function matmul(shape: MatmulShape): Kernel {
  const { m, n, k, transposeA = false, transposeB = false, accumulate = false, biases = 0, trials, parts } = shape;
  const splits = parts && !parts.inTurn ? parts.count : 1;
  const columns = ceilDiv(n, 4);
  const { defines, workgroups } = cut(shape);
  const pitchA = shape.pitchA ?? pad4(transposeA ? m : k);
  return {
    file: 'matmul.wgsl',
    defines: {
      M: m, N: n, K: k, PITCH_A: pitchA / 4, PITCH_B: pad4(transposeB ? k : n) / 4, PITCH_C: columns,
      STRIDE_A: shape.strideA / 4, OFFSET_A: (shape.offsetA ?? 0) / 4,
      STRIDE_B: shape.strideB / 4, STRIDE_C: shape.strideC / 4, STRIDE_BIAS: (shape.strideBias ?? 0) / 4,
      A_ROW_STEP: transposeA ? 1 : pitchA, A_K_STEP: transposeA ? pitchA : 1, ...defines,
      TRANSPOSE_A: transposeA, TRANSPOSE_B: transposeB, TN: transposeA && !transposeB, TT: transposeA && transposeB,
      IN_TURN: parts?.inTurn ?? false, IMMEDIATES: parts?.inTurn === true && parts.immediates, TIME_BINDING: 3,
      SPLITS: splits, ROW_BLOCKS: workgroups[1] * Number(defines['WORKGROUP_Y']),
      PART: pad4(ceilDiv(k, parts?.count ?? 1)),
      ACCUMULATE: accumulate, ...biasDefines(biases), ...keepDefines(shape.gradientOf),
    },
    bindings: { a: 'read', b: 'read', c: 'read_write', ...biasBindings(biases) },
    workgroups: [workgroups[0], splits * workgroups[1], trials],
    ...(parts?.inTurn ? { timed: true } : {}),
    cost: cost(shape),
  };
}

/** Of one dispatch. */
function cost({ m, n, k, accumulate = false, trials, parts }: MatmulShape): Kernel['cost'] {
  const { count = 1, inTurn = false } = parts ?? {};
  const dispatches = inTurn ? count : 1;
  const moves = inTurn || accumulate ? 2 : count;
  return {
    bytes: 4 * trials * ((m * k + k * n) / dispatches + moves * m * n), flops: (2 * trials * m * n * k) / dispatches,
  };
}

/** How C is cut among threads: in lanes where the tile has a subgroup, else in blocks (shaders/matmul.wgsl). */
function cut(shape: MatmulShape): { defines: Defines; workgroups: [number, number] } {
  const { m, n, tile, transposeA = false, transposeB = false } = shape;
  const columns = ceilDiv(n, 4);
  const { subgroup } = tile;
  if (subgroup !== undefined && !(transposeA && transposeB)) {
    const most = Math.min(tile.rows, m);
    const rows = most <= subgroup ? most : ceilDiv(most, subgroup) * subgroup;
    const wide = Math.min(tile.columns, ceilDiv(columns, subgroup));
    const group = Math.min(subgroup, rows);
    return {
      defines: {
        FORM: transposeB ? 'lanes_nt' : 'lanes_n', A_TYPE: transposeB ? 'vec4f' : 'f32', SUBGROUPS: true,
        WORKGROUP_X: subgroup, WORKGROUP_Y: 1, TILE_ROWS: rows, TILE_COLUMNS: wide, COLUMN_STEP: subgroup, GROUP: group,
        ROW_GROUPS: rows / group,
      },
      workgroups: [ceilDiv(columns, subgroup * wide), ceilDiv(m, rows)],
    };
  }
  // A transposed A is loaded by quads of rows.
  const rows = transposeA ? pad4(Math.min(tile.rows, pad4(m))) : Math.min(tile.rows, m);
  const wide = Math.min(tile.columns, columns);
  const width = fittingWidth(ceilDiv(columns, wide), 4, 64);
  const height = Math.max(1, 64 / width);
  return {
    defines: {
      FORM: 'blocks', A_TYPE: 'vec4f', SUBGROUPS: false, TILE_ROWS: rows, TILE_QUADS: ceilDiv(rows, 4),
      TILE_COLUMNS: wide, COLUMN_STEP: 1, WORKGROUP_X: width, WORKGROUP_Y: height,
    },
    workgroups: [ceilDiv(ceilDiv(columns, wide), width), ceilDiv(ceilDiv(m, rows), height)],
  };
}
