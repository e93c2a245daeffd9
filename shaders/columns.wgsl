// Moves a stretch of columns from rows of one width to rows of another: the outputs of both directions side by side,
// and their gradients apart again. With RAGGED, rows past the end of their sequence become zero.
//
//   out[row, OFFSET_OUT + u] = in[row, OFFSET_IN + u] for u < WIDTH, 0 up to SPAN      row = t·B + b
//
// Bindings: 0 in, 1 out, 2 control (with RAGGED: records of trials, then lengths [trials, B]). `in` starts START_IN and
//   `out` START_OUT floats in.
// Work: a thread moves one value. CPU twin: src/reference/side-by-side.ts

@group(0) @binding(0) var<storage, read> in: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
#if ${RAGGED}
#include "lib/control.wgsl"
@group(0) @binding(2) var<storage, read> control: array<u32>;
#endif

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${SPAN}u || id.y >= ${ROWS}u) { return; }
  var x = 0.0;
  if (id.x < ${WIDTH}u) {
    x = in[id.z * ${STRIDE_IN}u + ${START_IN}u + id.y * ${PITCH_IN}u + ${OFFSET_IN}u + id.x];
  }
#if ${RAGGED}
  let length = control[${TRIALS}u * CONTROL_WORDS + id.z * ${B}u + id.y % ${B}u];
  if (id.y / ${B}u >= length) { x = 0.0; }
#endif
  out[id.z * ${STRIDE_OUT}u + ${START_OUT}u + id.y * ${PITCH_OUT}u + ${OFFSET_OUT}u + id.x] = x;
}
