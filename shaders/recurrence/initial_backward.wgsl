// ∂L/∂(initial states) where they are asked for: what came through the recurrent weights of the first step, added to
// what came directly. Equation: lib/product_backward.wgsl; arrays: lib/backward.wgsl.
//
// Bindings: as recurrence/step_backward.wgsl, without the time. Work: as recurrence/step.wgsl.
// CPU twin: src/reference/recurrence.ts

#include "lib/backward.wgsl"

@compute @workgroup_size(${WORKGROUP_X}, ${WORKGROUP_Y})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= BACK_BLOCKS0 || id.y >= ROW_BLOCKS) { return; }
  let trial = id.z;
  let row = id.y * ROWS;
  let block = id.x;
  let zero = 0u;
#phases "lib/arrive.wgsl"
}
