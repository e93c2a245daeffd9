// Driver `sequence`: all time steps in one dispatch. Equation and shapes: lib/advance.wgsl; the cell: cells/.
//
// Bindings: 0 gates, 1 recurrent, 2 hidden, 3 cell.
// Work: batch rows do not see each other, so a workgroup owns ROWS of them, loops over time, and its barrier is all the
//   synchronisation there is: h_t goes from thread to thread through storage memory. No workgroup memory.
// CPU twin: src/reference/recurrence.ts

#include "cells/${CELL}.wgsl"
#include "lib/advance.wgsl"

@compute @workgroup_size(${WORKGROUP_X})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  for (var t = 0u; t < T; t++) {
    for (var block = local.x; block < BLOCKS; block += ${WORKGROUP_X}u) {
      advance(group.z, t, group.y * ROWS, block);
    }
    storageBarrier();
  }
}
