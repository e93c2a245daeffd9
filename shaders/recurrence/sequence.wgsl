// Driver `sequence`: STEPS time steps in one dispatch, which for a short window are all. Equation: lib/advance.wgsl;
// arrays: lib/forward.wgsl; the cell: cells/.
//
// Bindings: 0 gates, 1 states, then recurrent weights of each phase, own, control where there are; the first step,
//   counted as the direction goes, as an immediate.
// Work: batch rows do not see each other, so a workgroup owns ROWS of them, loops over time, and its barrier is all the
//   synchronisation there is: h_t goes from thread to thread through storage memory. With HELD it first copies its
//   trial's recurrent weights to workgroup memory, with HALF as float16; sums are float32 all the same. SOLO one thread
//   has all units of its rows, needs no barrier, and TOGETHER trials share a workgroup.
// CPU twin: src/reference/recurrence.ts

#if ${HALF}
enable f16;
#endif
#include "lib/extensions.wgsl"
#include "lib/time.wgsl"
#include "lib/forward.wgsl"

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
    let t = T - 1u - step;
#else
    let t = step;
#endif
%unroll p ${PHASES}
    for (var first = zero_of(place); first < BLOCKS%p; first += ${WORKGROUP_X}u) {
      let block = first + local.x;
#if ${SUBGROUPS}
      advance%p(place, t, group.y * ROWS, block);
#else
      if (block < BLOCKS%p) { advance%p(place, t, group.y * ROWS, block); }
#endif
    }
#if ${MEETS}
    storageBarrier();
#endif
%end
  }
}
