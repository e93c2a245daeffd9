#include "lib/extensions.wgsl"
// Driver `step`, backward: one dispatch a time step, from T−1 down. Equation and shapes: lib/retreat.wgsl.
//
// Bindings: 0 gates, 1 transposed, 2 d_output, 3 cell, 4 d_cell; the time index t as an immediate.
// Work: as recurrence/step.wgsl. CPU twin: src/reference/recurrence.ts

#include "lib/time.wgsl"
#include "cells/${CELL}.wgsl"
#include "lib/retreat.wgsl"

@compute @workgroup_size(${WORKGROUP_X}, ${WORKGROUP_Y})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < BLOCKS && id.y < ROW_BLOCKS) { retreat(id.z, time, id.y * ROWS, id.x); }
}
