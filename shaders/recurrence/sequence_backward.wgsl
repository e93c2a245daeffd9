// Driver `sequence`, backward: all time steps from T−1 down in one dispatch. Equation and shapes: lib/retreat.wgsl.
//
// Bindings: 0 gates, 1 transposed, 2 d_output, 3 cell, 4 d_cell.
// Work: as recurrence/sequence.wgsl; dZ_t goes from thread to thread through storage memory.
// CPU twin: src/reference/recurrence.ts

#include "cells/${CELL}.wgsl"
#include "lib/retreat.wgsl"

@compute @workgroup_size(${WORKGROUP_X})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  for (var step = 0u; step < T; step++) {
    for (var block = local.x; block < BLOCKS; block += ${WORKGROUP_X}u) {
      retreat(group.z, T - 1u - step, group.y * ROWS, block);
    }
    storageBarrier();
  }
}
