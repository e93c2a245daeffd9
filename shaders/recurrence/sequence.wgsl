#include "lib/extensions.wgsl"
// Driver `sequence`: STEPS time steps in one dispatch, which for a short window are all. Equation: lib/advance.wgsl;
// arrays: lib/forward.wgsl; the cell: cells/.
//
// Bindings: 0 gates, 1 states, then recurrent weights of each phase, own, control where there are; the first step,
//   counted as the direction goes, as an immediate.
// Work: batch rows do not see each other, so a workgroup owns ROWS of them, loops over time, and its barrier is all the
//   synchronisation there is: h_t goes from thread to thread through storage memory. No workgroup memory.
// CPU twin: src/reference/recurrence.ts

#include "lib/time.wgsl"
#include "lib/forward.wgsl"

@compute @workgroup_size(${WORKGROUP_X})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  for (var step = time; step < min(T, time + ${STEPS}u); step++) {
#if ${REVERSE}
    let t = T - 1u - step;
#else
    let t = step;
#endif
%unroll p ${PHASES}
    for (var block = local.x; block < BLOCKS%p; block += ${WORKGROUP_X}u) {
      advance%p(group.z, t, group.y * ROWS, block);
    }
#if ${MEETS}
    storageBarrier();
#endif
%end
  }
}
