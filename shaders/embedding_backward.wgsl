// d_table[v] = Σ over rows with ids[row] = v of d_out[row], in the order of the rows: no atomics, the same bits each
// time.
//
//   starts [V+1], rows [ROWS] from rows_by_token.wgsl      d_out [ROWS, COLUMNS·4]      d_table [V, COLUMNS·4]
//
// Bindings: 0 starts, 1 rows, 2 d_out, 3 d_table. Strides (one trial to the next) are in vec4f.
// Work: a thread owns one vec4f of the table and adds its token's rows. No workgroup memory.
// CPU twin: src/reference/embedding.ts

const COLUMNS = ${COLUMNS}u;
const ROWS = ${ROWS}u;
const V = ${V}u;

#if ${KEEPS}
#include "lib/keep.wgsl"
#endif

@group(0) @binding(0) var<storage, read> starts: array<u32>;
@group(0) @binding(1) var<storage, read> rows: array<u32>;
@group(0) @binding(2) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> d_table: array<vec4f>;

@compute @workgroup_size(${WORKGROUP_X}, ${WORKGROUP_Y})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= COLUMNS || id.y >= V) { return; }
  let token = id.z * (V + 1u) + id.y;
  var sum = vec4f();
  for (var i = starts[token]; i < starts[token + 1u]; i++) {
    sum += d_out[id.z * ${STRIDE_OUT}u + rows[id.z * ROWS + i] * COLUMNS + id.x];
  }
#if ${KEEPS}
  sum *= keep(id.y, id.x);
#endif
  d_table[id.z * ${STRIDE_TABLE}u + id.y * COLUMNS + id.x] = sum;
}
