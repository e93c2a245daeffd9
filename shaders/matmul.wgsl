// C = op(A) · op(B) [+ C] [+ bias [+ bias2]], a batch of one product a trial.
//
//   op(A) [M, K]   a is [M, K], or [K, M] with TRANSPOSE_A      rows padded to vec4f, padding zero
//   op(B) [K, N]   b is [K, N], or [N, K] with TRANSPOSE_B
//   C     [M, N]   padding written as zero; ACCUMULATE adds to what is there
//   bias  [N]      BIASES of them (0, 1 or 2: PyTorch's b_ih and b_hh)
//
// With KEEPS, C is the gradient of a parameter and only entries that exist are not zero (lib/keep.wgsl).
//
// Bindings: 0 a, 1 b, 2 c, then bias, bias2. Pitches and strides (one trial to the next) are in vec4f; A starts
//   OFFSET_A vec4f into its binding.
// Work: a thread owns TILE_ROWS rows × TILE_COLUMNS vec4f columns of C in registers. No workgroup memory. Two forms:
//   blocks   k runs in fours, so that every load is a vec4f; neighbouring threads share rows: their loads of A are one
//   lanes    a workgroup is one subgroup, its threads all with the same rows: each loads the A of one row, and
//            subgroupBroadcast gives it to the others, so that A is loaded once (lib/lanes_n.wgsl, lib/lanes_nt.wgsl)
// Sums run over k in order, so the same bits come out whatever the trials. A long k is cut into parts of PART: IN_TURN,
//   a dispatch each, which adds to the one before, so that what a part reads stays in a CPU's cache; or SPLITS of them
//   side by side, part p of trial n in product n·SPLITS + p, for sum_parts.wgsl. CPU twin: src/reference/matmul.ts

#include "lib/extensions.wgsl"

const M = ${M}u;
const N = ${N}u;
const K = ${K}u;
const COLUMNS = (N + 3u) / 4u; // vec4f columns of C
const PITCH_A = ${PITCH_A}u;
const PITCH_B = ${PITCH_B}u;
const PITCH_C = ${PITCH_C}u;
const TILE_ROWS = ${TILE_ROWS}u;
const TILE_COLUMNS = ${TILE_COLUMNS}u;
const COLUMN_STEP = ${COLUMN_STEP}u; // between a thread's columns
const SPLITS = ${SPLITS}u;
const ROW_BLOCKS = ${ROW_BLOCKS}u; // threads along the rows of one product
const PART = ${PART}u; // k of a part, a multiple of four

@group(0) @binding(0) var<storage, read> a: array<${A_TYPE}>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
#include "lib/biases.wgsl"
#if ${KEEPS}
#include "lib/keep.wgsl"
#endif
#include "lib/zero.wgsl"
#if ${IN_TURN}
#include "lib/time.wgsl"
#endif

@compute @workgroup_size(${WORKGROUP_X}, ${WORKGROUP_Y})
#if ${SUBGROUPS}
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(local_invocation_id) local: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let column = id.x * COLUMN_STEP * TILE_COLUMNS + local.x;
  let row = (id.y % ROW_BLOCKS) * TILE_ROWS;
#else
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * TILE_COLUMNS;
  let row = (id.y % ROW_BLOCKS) * TILE_ROWS;
  if (column >= COLUMNS || row >= M) { return; }
#endif
  let zero = zero_of(id.z);
  let trial = id.z;
#if ${IN_TURN}
  let part = time;
  let product = trial;
#else
  let part = id.y / ROW_BLOCKS;
  let product = trial * SPLITS + part;
#endif
  let begin = zero + part * PART; // of the part's k
  let end = min(begin + PART, K);
  let start_a = trial * ${STRIDE_A}u + ${OFFSET_A}u;
  let start_b = trial * ${STRIDE_B}u;
%unroll c ${TILE_COLUMNS}
  let column%c = min(column + %cu * COLUMN_STEP, COLUMNS - 1u);
%end
%unroll r ${TILE_ROWS}
%unroll c ${TILE_COLUMNS}
  var sum%r_%c = vec4f();
%end
%end
#include "lib/${FORM}.wgsl"

  // Written once and looped over: unrolled, it would cost more to compile than the loop to run.
  var sums: array<vec4f, TILE_ROWS * TILE_COLUMNS>;
%unroll r ${TILE_ROWS}
%unroll c ${TILE_COLUMNS}
  sums[%ru * TILE_COLUMNS + %cu] = sum%r_%c;
%end
%end
  for (var c4 = zero; c4 < TILE_COLUMNS; c4++) {
    let at_column = column + c4 * COLUMN_STEP;
    if (at_column >= COLUMNS) { break; }
    let inside = vec4u(4u * at_column) + vec4u(0, 1, 2, 3) < vec4u(N);
    var extra = vec4f();
#if ${BIASES}
    extra += bias[trial * ${STRIDE_BIAS}u + at_column];
#endif
#if ${TWO_BIASES}
    extra += bias2[trial * ${STRIDE_BIAS}u + at_column];
#endif
    for (var r = zero; r < min(TILE_ROWS, M - row); r++) {
      let at = product * ${STRIDE_C}u + (row + r) * PITCH_C + at_column;
      var value = sums[r * TILE_COLUMNS + c4];
#if ${KEEPS}
      value *= keep(row + r, at_column);
#endif
      value += extra;
#if ${IN_TURN}
      if (time > 0u) { value += c[at]; }
#elif ${ACCUMULATE}
      value += c[at];
#endif
      c[at] = select(vec4f(), value, inside);
    }
  }
}
