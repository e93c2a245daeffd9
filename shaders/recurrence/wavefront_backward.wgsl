// Driver `wavefront`, backward: one dispatch a diagonal, layer l at time t beside layer l − 1 at time t + 1. Equation:
// lib/retreat.wgsl, with the gradient of the layer above in place of the output's; arrays: lib/backward.wgsl, of all
// layers, d_output being the last one's and `transposed` all recurrent weights, then all input weights but the first.
//
// Bindings: 0 gates, 1 d_output, 2 states, 3 d_states, 4 transposed, then d_extra, own, control where there are; the
//   diagonal, counted as the way back goes, as an immediate.
// Work: as recurrence/wavefront.wgsl. CPU twin: src/reference/recurrence.ts, layer by layer

#include "lib/extensions.wgsl"
#include "lib/time.wgsl"
#include "lib/backward.wgsl"

@compute @workgroup_size(${WORKGROUP_X}, ${WORKGROUP_Y})
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u,
#if ${SUBGROUPS}
  @builtin(subgroup_invocation_id) index: u32,
#endif
) {
  let behind = LAYERS - 1u - layer_of(group.z); // the layers above go first
  if (time < behind || time - behind >= T) { return; }
  let t = T - 1u - (time - behind);
  let block = group.x * ${WORKGROUP_X}u + local.x;
  let row = (group.y * ${WORKGROUP_Y}u + local.y) * ROWS;
#if ${SUBGROUPS}
  thread = index;
  retreat0(group.z, t, row, block);
#else
  if (block < BACK_BLOCKS0 && row < B) { retreat0(group.z, t, row, block); }
#endif
}
