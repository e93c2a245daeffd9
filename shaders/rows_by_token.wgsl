// Sorts the rows of a window by their token, rows of one token in order: rows[starts[v] … starts[v+1]−1] have token v.
// With it the embedding's gradient reads each row once, and in a fixed order.
//
//   ids [ROWS]      starts [V+1]      rows [ROWS]
//
// Bindings: 0 ids, 1 starts, 2 rows.
// Work: a thread owns a token and reads all ids twice: the ids below its own give its start. No workgroup memory.
// CPU twin: src/reference/embedding.ts (adds by id directly)

const V = ${V}u;
const ROWS = ${ROWS}u;

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read_write> starts: array<u32>;
@group(0) @binding(2) var<storage, read_write> rows: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let token = id.x;
  if (token > V) { return; }
  let ids0 = id.z * ROWS;
  var below = 0u;
  for (var row = 0u; row < ROWS; row++) { below += u32(ids[ids0 + row] < token); }
  starts[id.z * (V + 1u) + token] = below;
  for (var row = 0u; row < ROWS; row++) {
    if (ids[ids0 + row] == token) {
      rows[ids0 + below] = row;
      below++;
    }
  }
}
