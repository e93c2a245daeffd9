// out[j, i] = in[i, j] for ROWS × COLUMNS vec4f: recurrent weights with each quartet of columns turned to a row, once a
// step, so that the backward drivers' neighbouring threads load neighbouring addresses; with HALF as float16 holds
// them.
//
// Bindings: 0 in, 1 out. Strides (one trial to the next) are in vec4f.
// Work: a thread moves one vec4f; writes are neighbours. No workgroup memory.
// CPU twin: none needed, src/reference/recurrence.ts reads R both ways.

const ROWS = ${ROWS}u;
const COLUMNS = ${COLUMNS}u;

#if ${HALF}
#include "lib/half.wgsl"
#endif

@group(0) @binding(0) var<storage, read> in: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < ROWS && id.y < COLUMNS) {
    let value = in[id.z * ${STRIDE_IN}u + id.x * COLUMNS + id.y];
#if ${HALF}
    out[id.z * ${STRIDE_OUT}u + id.y * ROWS + id.x] = half_of(value);
#else
    out[id.z * ${STRIDE_OUT}u + id.y * ROWS + id.x] = value;
#endif
  }
}
