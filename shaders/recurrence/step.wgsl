// Driver `step`: one dispatch a phase of a time step, which for most cells is one. Equation: lib/advance.wgsl; arrays:
// lib/forward.wgsl; the cell: cells/.
//
// Bindings: 0 gates, 1 states, then recurrent weights of the phase, own, control where there are; the time index t as
//   an immediate.
// Work: a thread owns UNITS units × ROWS batch rows; the grid spreads over units × rows × trials. No workgroup memory.
//   With SUBGROUPS all threads of a workgroup have the same rows.
// CPU twin: src/reference/recurrence.ts

#include "lib/extensions.wgsl"
#include "lib/time.wgsl"
#include "lib/forward.wgsl"

@compute @workgroup_size(${WORKGROUP_X}, ${WORKGROUP_Y})
#if ${SUBGROUPS}
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u,
  @builtin(subgroup_invocation_id) index: u32,
) {
  thread = index;
#if ${CLOCK}
  runs = time / T;
#endif
  advance${PHASE}(group.z, time % T, group.y * ROWS, group.x * ${WORKGROUP_X}u + local.x);
}
#else
fn main(@builtin(global_invocation_id) id: vec3u) {
#if ${CLOCK}
  runs = time / T;
#endif
  if (id.x < BLOCKS${PHASE} && id.y < ROW_BLOCKS) { advance${PHASE}(id.z, time % T, id.y * ROWS, id.x); }
}
#endif
