// Driver `wavefront`: one dispatch a diagonal, layer l at time t beside layer l + 1 at time t − 1, so that L layers
// take T + L − 1 dispatches and not L·T (Appleyard et al. 2016, section 3). Equation: lib/advance.wgsl, with the
// product of the layer below besides; arrays: lib/forward.wgsl, of all layers; the cell: cells/.
//
// Bindings: 0 gates, 1 states, 2 weights, then own, control where there are; the diagonal as an immediate.
// Work: as recurrence/step.wgsl, the grid being spread over layers too.
// CPU twin: src/reference/recurrence.ts, layer by layer

#include "lib/extensions.wgsl"
#include "lib/time.wgsl"
#include "lib/forward.wgsl"

@compute @workgroup_size(${WORKGROUP_X}, ${WORKGROUP_Y})
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u,
#if ${SUBGROUPS}
  @builtin(subgroup_invocation_id) index: u32,
#endif
) {
  let behind = layer_of(group.z); // the layers below go first
  if (time < behind || time - behind >= T) { return; }
  let block = group.x * ${WORKGROUP_X}u + local.x;
  let row = (group.y * ${WORKGROUP_Y}u + local.y) * ROWS;
#if ${SUBGROUPS}
  thread = index;
  advance0(group.z, time - behind, row, block);
#else
  if (block < BLOCKS0 && row < B) { advance0(group.z, time - behind, row, block); }
#endif
}
