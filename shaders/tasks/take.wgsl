// The next step's row of a block of steps: control records, lengths, inputs, targets, weights, one after the other.
//
//   block [STEPS, SIZE·4]      now [SIZE·4] = row `time` of it
//
// Bindings: 0 block, 1 now; the row as an immediate. Work: a thread copies one vec4u. So a block of steps is one upload
// and one submit. CPU twin: none needed, src/reference/task.ts reads the block itself.

#include "lib/time.wgsl"

@group(0) @binding(0) var<storage, read> block: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> now: array<vec4u>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= ${SIZE}u) { return; }
  now[i] = block[time * ${SIZE}u + i];
}
