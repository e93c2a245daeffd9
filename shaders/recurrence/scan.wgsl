// Driver `scan`: all time steps of a cell whose gates see the input alone, in one dispatch. Method: lib/scan.wgsl;
// arrays: lib/forward.wgsl; the cell: cells/.
//
// Bindings: 0 gates, 1 states, then control where there is.
// Work: a workgroup owns WORKGROUP_X blocks of units of one row and all time; a thread one block and one of CHUNKS
//   stretches of time. Workgroup memory: 8 bytes a unit and thread, none with one chunk.
// CPU twin: src/reference/recurrence.ts

#include "lib/forward.wgsl"
#include "lib/scan.wgsl"

@compute @workgroup_size(${WORKGROUP_X}, ${CHUNKS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let block = group.x * WIDTH + local.x;
  let row = group.y;
  let begin = local.y * LENGTH;
  // Threads past the last block have nothing to do but to come to the barrier.
  let end = select(begin, min(T, begin + LENGTH), block < UNIT_BLOCKS);
  let history = OWN_STATES + group.z * (T + 1u) * SLOT + row * HP + block;
  var own = Line(Units() + 1.0, Units());
#if ${MANY_CHUNKS}
  for (var step = begin; step < end; step++) {
    let line = line_at(group.z, time_of(step), row, block, true);
    own = Line(line.a * own.a, line.a * own.b + line.b);
  }
#endif
  var start = Units();
  if (block < UNIT_BLOCKS) { start = states[history + PREVIOUS * T * SLOT]; }
  var h = chain(local.x, local.y, own, start);
  for (var step = begin; step < end; step++) {
    let t = time_of(step);
    let line = line_at(group.z, t, row, block, !${MANY_CHUNKS});
    h = line.a * h + line.b;
    states[history + (t + NEXT) * SLOT] = h;
  }
}

fn time_of(step: u32) -> u32 {
#if ${REVERSE}
  return T - 1u - step;
#else
  return step;
#endif
}
