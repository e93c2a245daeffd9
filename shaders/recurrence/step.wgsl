#include "lib/extensions.wgsl"
// Driver `step`: one dispatch a time step. Equation and shapes: lib/advance.wgsl; the cell: cells/.
//
// Bindings: 0 gates, 1 recurrent, 2 hidden, 3 cell; the time index t as an immediate.
// Work: a thread owns UNITS units × ROWS batch rows; the grid spreads over units × rows × trials. No workgroup memory.
// CPU twin: src/reference/recurrence.ts

#include "lib/time.wgsl"
#include "cells/${CELL}.wgsl"
#include "lib/advance.wgsl"

@compute @workgroup_size(${WORKGROUP_X}, ${WORKGROUP_Y})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < BLOCKS && id.y < ROW_BLOCKS) { advance(id.z, time, id.y * ROWS, id.x); }
}
