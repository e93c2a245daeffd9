// Driver `step`, backward: one dispatch a phase of a time step. Equation: lib/retreat.wgsl; arrays: lib/backward.wgsl.
//
// Bindings: 0 gates, 1 d_output, 2 states, 3 d_states, then transposed, d_extra, own, control where there are; the time
//   index t as an immediate.
// Work: as recurrence/step.wgsl. CPU twin: src/reference/recurrence.ts

#include "lib/extensions.wgsl"
#include "lib/time.wgsl"
#include "lib/backward.wgsl"

@compute @workgroup_size(${WORKGROUP_X}, ${WORKGROUP_Y})
#if ${SUBGROUPS}
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u,
  @builtin(subgroup_invocation_id) index: u32,
) {
  thread = index;
  retreat${PHASE}(group.z, time, group.y * ROWS, group.x * ${WORKGROUP_X}u + local.x);
}
#else
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < BACK_BLOCKS${PHASE} && id.y < ROW_BLOCKS) { retreat${PHASE}(id.z, time, id.y * ROWS, id.x); }
}
#endif
