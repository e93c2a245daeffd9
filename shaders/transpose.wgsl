// out[j, i] = in[i, j] for SIZE × SIZE elements of one gate vector each: R with its units swapped, once a step, so that
// the backward drivers' neighbouring threads load neighbouring addresses.
//
// Bindings: 0 in, 1 out. Strides (one trial to the next) are in elements.
// Work: a thread moves one element; writes are neighbours. No workgroup memory.
// CPU twin: none needed, src/reference/recurrence.ts reads R both ways.

const SIZE = ${SIZE}u;

@group(0) @binding(0) var<storage, read> in: array<${ELEMENT}>;
@group(0) @binding(1) var<storage, read_write> out: array<${ELEMENT}>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < SIZE && id.y < SIZE) {
    out[id.z * ${STRIDE_OUT}u + id.y * SIZE + id.x] = in[id.z * ${STRIDE_IN}u + id.x * SIZE + id.y];
  }
}
