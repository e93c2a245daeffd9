// Driver `scan`, backward: g_{t−1} = a_t·(g_t + d_output_t), the gradient that reaches the state before, is a line in g
// as well, from the last time to the first. Method: lib/scan.wgsl; arrays: lib/backward.wgsl.
//
// Bindings: 0 gates, 1 d_output, 2 states, 3 d_states, then control where there is.
// Work: as recurrence/scan.wgsl. CPU twin: src/reference/recurrence.ts

#include "lib/backward.wgsl"
#include "lib/scan.wgsl"

@compute @workgroup_size(${WORKGROUP_X}, ${CHUNKS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let block = group.x * WIDTH + local.x;
  let row = group.y;
  let begin = local.y * LENGTH;
  // Threads past the last block have nothing to do but to come to the barrier.
  let end = select(begin, min(T, begin + LENGTH), block < UNIT_BLOCKS);
  let at = row * HP + block;
  let carried = group.z * SLOT + at;
  var own = Line(Units() + 1.0, Units());
#if ${MANY_CHUNKS}
  for (var step = begin; step < end; step++) {
    let t = time_of(step);
    let a = line_at(group.z, t, row, block, false).a;
    own = Line(a * own.a, a * (own.b + d_output[(group.z * T + t) * SLOT + at]));
  }
#endif
  var start = Units();
  if (FINAL && block < UNIT_BLOCKS) { start = d_states[carried]; }
  var g = chain(local.x, local.y, own, start);
#if ${MANY_CHUNKS}
  storageBarrier(); // gates and d_states are overwritten from here on
#endif
  for (var step = begin; step < end; step++) {
    let t = time_of(step);
    let output_at = (group.z * T + t) * SLOT + at;
    g += d_output[output_at];
#if ${RECORDS_0}
    d_output[output_at] = g;
#if ${RAGGED}
    if (t >= control[${TRIALS}u * CONTROL_WORDS + group.z * B + row]) { d_output[output_at] = Units(); }
#endif
#endif
    g = back_at(group.z, t, row, block, g);
  }
  if (end == T && begin < end) { d_states[carried] = g; }
}

fn time_of(step: u32) -> u32 {
#if ${REVERSE}
  return step;
#else
  return T - 1u - step;
#endif
}

// dZ at time t from ∂L/∂h_t; returns the part that goes on to the time before.
fn back_at(trial: u32, t: u32, row: u32, block: u32, dh: Units) -> Units {
  let first = ((trial * T + t) * B + row) * GATE_PITCH + block * GATE_COLUMNS;
  let wide = min(GATE_COLUMNS, GATE_PITCH - block * GATE_COLUMNS);
  let before = states[OWN_STATES + (trial * (T + 1u) + t + PREVIOUS) * SLOT + row * HP + block];
  var columns = Columns();
  for (var c = 0u; c < wide; c++) { columns[c] = gates[first + c]; }
  var give = Units();
  for (var q = 0u; q < min(UNITS, H - UNITS * block); q++) {
    var d = pick(dh, q);
    var stayed = 0.0;
#if ${SETTLES}
    let stay = staying(trial, t, row, UNITS * block + q)[0];
    stayed = stay * d;
    d *= 1.0 - stay;
#endif
    let back = cell_backward(gates_of(&columns, q), State(pick(before, q)), State(d), Unit());
    set_gates(&columns, q, back.gates);
    put(&give, q, back.state[0] + stayed);
  }
  for (var c = 0u; c < wide; c++) { gates[first + c] = columns[c]; }
  return give;
}
