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
// Work: a thread owns TILE_ROWS rows × TILE_COLUMNS vec4f columns of C in registers; k runs in fours, so that every
//   load is a vec4f. No workgroup memory. Neighbouring threads share rows: their loads of A are one.
// Sums run over k in order, so the same bits come out whatever the trials. CPU twin: src/reference/matmul.ts

const M = ${M}u;
const N = ${N}u;
const K = ${K}u;
const COLUMNS = (N + 3u) / 4u; // vec4f columns of C
const PITCH_A = ${PITCH_A}u;
const PITCH_B = ${PITCH_B}u;
const PITCH_C = ${PITCH_C}u;
const TILE_ROWS = ${TILE_ROWS}u;
const TILE_COLUMNS = ${TILE_COLUMNS}u;

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
#include "lib/biases.wgsl"
#include "lib/keep.wgsl"

@compute @workgroup_size(${WORKGROUP_X}, ${WORKGROUP_Y})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * TILE_COLUMNS;
  let row = id.y * TILE_ROWS;
  if (column >= COLUMNS || row >= M) { return; }
  let start_a = id.z * ${STRIDE_A}u + ${OFFSET_A}u;
  let start_b = id.z * ${STRIDE_B}u;
%unroll c ${TILE_COLUMNS}
  let column%c = min(column + %cu, COLUMNS - 1u);
%end
%unroll r ${TILE_ROWS}
%unroll c ${TILE_COLUMNS}
  var sum%r_%c = vec4f();
%end
%end

#if ${TRANSPOSE_A}
%unroll q ${TILE_QUADS}
  let quad%q = start_a + min(row / 4u + %qu, PITCH_A - 1u);
%end
#else
%unroll r ${TILE_ROWS}
  let row%r = start_a + min(row + %ru, M - 1u) * PITCH_A;
%end
#endif

#if ${TN}
  for (var k = 0u; k < K; k++) {
%unroll q ${TILE_QUADS}
    let a%q = a[quad%q + k * PITCH_A];
%end
%unroll c ${TILE_COLUMNS}
    let b%c = b[start_b + k * PITCH_B + column%c];
%unroll q ${TILE_QUADS}
%unroll i 4
    sum%{4*q+i}_%c += a%q[%i] * b%c;
%end
%end
%end
  }
#elif ${TT}
  for (var k4 = 0u; k4 < (K + 3u) / 4u; k4++) {
%unroll c ${TILE_COLUMNS}
%unroll n 4
    let b%c_%n = b[start_b + min(4u * column%c + %nu, N - 1u) * PITCH_B + k4];
%end
%end
%unroll j 4
%unroll q ${TILE_QUADS}
    let a%q_%j = a[quad%q + min(4u * k4 + %ju, K - 1u) * PITCH_A];
%unroll c ${TILE_COLUMNS}
%unroll i 4
    sum%{4*q+i}_%c += a%q_%j[%i] * vec4f(b%c_0[%j], b%c_1[%j], b%c_2[%j], b%c_3[%j]);
%end
%end
%end
%end
  }
#else
  for (var k4 = 0u; k4 < (K + 3u) / 4u; k4++) {
%unroll r ${TILE_ROWS}
    let a%r = a[row%r + k4];
%end
%unroll c ${TILE_COLUMNS}
#if ${TRANSPOSE_B}
    let b%c = mat4x4f(
%unroll n 4
      b[start_b + min(4u * column%c + %nu, N - 1u) * PITCH_B + k4],
%end
    );
%unroll r ${TILE_ROWS}
    sum%r_%c += a%r * b%c;
%end
#else
    let b%c = mat4x4f( // past K, A's padding is zero
%unroll j 4
      b[start_b + min(4u * k4 + %ju, K - 1u) * PITCH_B + column%c],
%end
    );
%unroll r ${TILE_ROWS}
    sum%r_%c += b%c * a%r;
%end
#endif
%end
  }
#endif

%unroll c ${TILE_COLUMNS}
  if (column + %cu < COLUMNS) {
    let inside = vec4u(4u * column%c) + vec4u(0, 1, 2, 3) < vec4u(N);
    var extra%c = vec4f();
#if ${BIASES}
    extra%c += bias[id.z * ${STRIDE_BIAS}u + column%c];
#endif
#if ${TWO_BIASES}
    extra%c += bias2[id.z * ${STRIDE_BIAS}u + column%c];
#endif
%unroll r ${TILE_ROWS}
    if (row + %ru < M) {
#if ${KEEPS}
      sum%r_%c *= keep(row + %ru, column%c);
#endif
      let at = id.z * ${STRIDE_C}u + (row + %ru) * PITCH_C + column%c;
#if ${ACCUMULATE}
      c[at] = select(vec4f(), c[at] + (sum%r_%c + extra%c), inside);
#else
      c[at] = select(vec4f(), sum%r_%c + extra%c, inside);
#endif
    }
%end
  }
%end
}
