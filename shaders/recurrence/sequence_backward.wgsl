// Driver `sequence`, backward: STEPS time steps in one dispatch. Equation: lib/retreat.wgsl; arrays: lib/backward.wgsl.
//
// Bindings: 0 gates, 1 d_output, 2 states, 3 d_states, then transposed, d_extra, own, control where there are; the
//   first step, counted as the way back goes, as an immediate.
// Work: as recurrence/sequence.wgsl; dZ_t goes from thread to thread through storage memory.
// CPU twin: src/reference/recurrence.ts

#if ${HALF}
enable f16;
#endif
#include "lib/extensions.wgsl"
#include "lib/time.wgsl"
#include "lib/backward.wgsl"

@compute @workgroup_size(${WORKGROUP_X}, 1, ${TOGETHER})
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u,
#if ${SUBGROUPS}
  @builtin(subgroup_invocation_id) index: u32,
#endif
) {
#if ${SUBGROUPS}
  thread = index;
#endif
#if ${SOLO}
  let place = group.z * ${TOGETHER}u + local.z;
  if (place >= ${TRIALS}u) { return; }
#else
  let place = group.z;
#endif
#if ${HELD}
%unroll p ${PHASES}
  hold%p(place, local.x);
%end
  workgroupBarrier();
#endif
  for (var step = time; step < min(T, time + ${STEPS}u); step++) {
#if ${REVERSE}
    let t = step;
#else
    let t = T - 1u - step;
#endif
%unroll p ${PHASES}
    for (var first = zero_of(place); first < BACK_BLOCKS%p; first += ${WORKGROUP_X}u) {
      let block = first + local.x;
#if ${SUBGROUPS}
      retreat%p(place, t, group.y * ROWS, block);
#else
      if (block < BACK_BLOCKS%p) { retreat%p(place, t, group.y * ROWS, block); }
#endif
    }
#if ${MEETS}
    storageBarrier();
#endif
%end
  }
}
