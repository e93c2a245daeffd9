// sums[n] = Σ_row x[row, n]: gradients of biases and of units' own values. With TWIN the same sums also go to a second
// place: b_ih and b_hh have equal gradients where both simply add to Z. KEEP masks lanes that the one or the other
// lacks.
//
//   x [ROWS, COLUMNS·4]      sums [COLUMNS·4] at the binding's start, and again TWIN vec4f further on
//
// Bindings: 0 x, 1 sums. Strides (one trial to the next) are in vec4f.
// Work: LANES threads share a vec4f column; lane y adds rows y, y+LANES, …, then lane 0 adds the lanes in order: fixed
//   order, no atomics. Workgroup memory 4 KiB, none with one lane (software adapters pay dearly for a barrier).
// CPU twin: src/reference/column-sum.ts

const COLUMNS = ${COLUMNS}u;
const ROWS = ${ROWS}u;
const LANES = ${LANES}u;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sums: array<vec4f>;

#if ${SHARED}
var<workgroup> partial: array<vec4f, 16u * LANES>;
#endif

@compute @workgroup_size(16, ${LANES})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let column = min(id.x, COLUMNS - 1u);
  var sum = vec4f();
  for (var row = local.y; row < ROWS; row += LANES) {
    sum += x[id.z * ${STRIDE_X}u + row * COLUMNS + column];
  }
#if ${SHARED}
  partial[local.y * 16u + local.x] = sum;
  workgroupBarrier();
  if (local.y > 0u) { return; }
  for (var lane = 1u; lane < LANES; lane++) { sum += partial[lane * 16u + local.x]; }
#endif
  if (id.x >= COLUMNS) { return; }
  let odd = (column & 1u) == 1u;
  sums[id.z * ${STRIDE_SUMS}u + column] = sum * select(vec4f(${KEEP_EVEN}), vec4f(${KEEP_ODD}), odd);
#if ${TWIN}
  sums[id.z * ${STRIDE_SUMS}u + column + ${TWIN}u] = sum * select(vec4f(${TWIN_EVEN}), vec4f(${TWIN_ODD}), odd);
#endif
}
