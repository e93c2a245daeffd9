// dropped = hidden·mask for the initial hidden state, [B, HP] in the history's first slot: what the first step's
// product reads under recurrent dropout. Later ones are written with their state. Arrays: lib/forward.wgsl.
//
// Bindings: as recurrence/step.wgsl, without the time. Work: a thread owns UNITS units of one row.
// CPU twin: src/reference/recurrent-product.ts

#include "lib/forward.wgsl"

@compute @workgroup_size(${WORKGROUP_X}, ${WORKGROUP_Y})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= HP || id.y >= B) { return; }
  let at = OWN_STATES + (id.z * (T + 1u) + PREVIOUS * T) * SLOT + id.y * HP + id.x;
  let hidden = states[at];
  var dropped = Units();
  for (var q = 0u; q < UNITS; q++) {
    put(&dropped, q, pick(hidden, q) * dropout_mask(id.z, id.y, UNITS * id.x + q));
  }
  states[at + STATES * BLOCK] = dropped;
}
