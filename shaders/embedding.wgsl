// out[row] = table[ids[row]] [+ bias [+ bias2]]: an embedding, or the input product of a one-hot vector.
//
//   ids   [ROWS]             table [V, COLUMNS·4], rows padded to vec4f      out [ROWS, COLUMNS·4]
//   bias  [COLUMNS·4]        BIASES of them (0, 1 or 2)
//
// Bindings: 0 ids, 1 table, 2 out, then bias, bias2. Strides (one trial to the next) are in vec4f.
// Work: a thread copies one vec4f. CPU twin: src/reference/embedding.ts

const COLUMNS = ${COLUMNS}u;
const ROWS = ${ROWS}u;

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
#include "lib/biases.wgsl"

@compute @workgroup_size(${WORKGROUP_X}, ${WORKGROUP_Y})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= COLUMNS || id.y >= ROWS) { return; }
  let token = ids[id.z * ${STRIDE_IDS}u + id.y];
  var value = table[id.z * ${STRIDE_TABLE}u + token * COLUMNS + id.x];
#if ${BIASES}
  value += bias[id.z * ${STRIDE_TABLE}u + id.x];
#endif
#if ${TWO_BIASES}
  value += bias2[id.z * ${STRIDE_TABLE}u + id.x];
#endif
  out[id.z * ${STRIDE_OUT}u + id.y * COLUMNS + id.x] = value;
}
