// Phase %p of a time step of back-propagation through a layer-normalised LSTM for one block, in place of
// lib/retreat.wgsl. With v = LN(c)·γ_c + β_c and ⇐ the way back through LN, dx = scale·(dy − mean(dy) − y·mean(dy·y)):
//
//   0   dh = d_output + carried + dP_{t+1}·Rᵀ      dz_o and dv, kept for the row
//   1   dc = carried + ⇐ (dv·γ_c)                  dz of the other gates
//   2   dP = ⇐ (dz·γ_hh)
//
// P lies after all gates in the same array, PRODUCTS on, and dP after it, D_PRODUCTS on; dv after the carried gradients
// in d_states.

const BACK_BLOCKS%p = ${BLOCKS}u;
#if ${PRODUCT}
#include "lib/delta.wgsl"
#endif

#include "lib/hold.wgsl"

fn retreat%p(trial: u32, t: u32, row: u32, block: u32) {
  let zero = zero_of(trial);
  let gates0 = (trial * T + t) * B * GATE_PITCH;
  let history0 = OWN_STATES + (trial * (T + 1u) + t) * SLOT;
  let last = t == LAST;
#if ${PRODUCT}
  let origin = t + NEXT - PREVIOUS; // dP of the step that went after this one
  let begun = !last;
#include "lib/product_backward.wgsl"
#endif
#if ${SUBGROUPS}
  if (block >= BACK_BLOCKS%p) { return; } // a thread that has loaded for the others alone
#endif
  for (var r = zero; r < min(ROWS, B - row); r++) {
    let gates_row = gates0 + (row + r) * GATE_PITCH;
    let at = (row + r) * HP + block;
    let carried = trial * SLOT + at;
    let own_row = (trial * T + t) * B + row + r;
#if ${LAST_PHASE}
    let norm = norm_of_gates(PRODUCTS + gates_row);
    var sum = 0.0;
    var product = 0.0;
    for (var u = zero; u < H; u++) {
      let dy = gates[gates_row + u] * own_of(trial, u)[0];
      sum += sum4(dy);
      product += dot(dy, (gates[PRODUCTS + gates_row + u] - norm.mean) * norm.scale);
    }
    for (var q = ${FIRST_UNIT}; q < min(UNITS, H - UNITS * block); q++) {
      let unit = UNITS * block + q;
      let dz = gates[gates_row + unit];
      let y = (gates[PRODUCTS + gates_row + unit] - norm.mean) * norm.scale;
      let n = f32(4u * H);
      gates[D_PRODUCTS + gates_row + unit] = norm.scale * (dz * own_of(trial, unit)[0] - sum / n - y * (product / n));
      set_own_quartet(trial, own_row, unit, 0u, dz * y);
    }
#else
    let after = history0 + NEXT * SLOT + at;
    let norm = norm_of_units(after - block + 2u * BLOCK);
#if ${PRODUCT}
    let output_at = ((trial * T + t) * B + row + r) * OUTPUT_PITCH + block;
    var output0 = d_output[output_at];
    var carry = Units();
    if (select(DIRECT[0], FINAL, last)) { carry = d_states[carried]; }
    var give = Units();
    var normals = Units();
#else
    var carry = Units();
    if (!last || FINAL) { carry = d_states[CARRY + carried]; }
    let before = states[history0 + PREVIOUS * SLOT + at + BLOCK];
    var give = Units();
    var sum = 0.0;
    var product = 0.0;
    for (var u = zero; u < H; u++) {
      let y = (pick(states[after - block + 2u * BLOCK + u / UNITS], u % UNITS) - norm.mean) * norm.scale;
      let dy = pick(d_states[2u * CARRY + carried - block + u / UNITS], u % UNITS) * own_of(trial, u)[1].x;
      sum += dy;
      product += dy * y;
    }
#endif
    for (var q = ${FIRST_UNIT}; q < min(UNITS, H - UNITS * block); q++) {
      let unit = UNITS * block + q;
      let own = own_of(trial, unit);
      let y = (pick(states[after + 2u * BLOCK], q) - norm.mean) * norm.scale;
      var d = State();
#if ${PRODUCT}
      d[0] = pick(output0, q) + pick(carry, q);
#if ${MASKED}
      d[0] += products[r * UNITS + q] * dropout_mask(trial, row + r, unit);
#else
      d[0] += products[r * UNITS + q];
#endif
#if ${RECORDS}
#include "probe/record.wgsl"
#endif
#else
      d[1] = pick(carry, q);
#endif
      var stayed = State();
#if ${SETTLES}
      let stays = staying(trial, t, row + r, unit);
      for (var s = 0u; s < CARRIED; s++) {
        stayed[s] = stays[s] * d[s];
        d[s] *= 1.0 - stays[s];
      }
#endif
#if ${PRODUCT}
      let back = output_backward(gates[gates_row + unit], y, own, d[0]);
      gates[gates_row + unit] = back.gates;
      put(&normals, q, back.normal);
      put(&give, q, stayed[0]);
      set_own_quartet(trial, own_row, unit, 1u, vec4f(back.normal * y, back.normal, 0.0, 0.0));
#else
      let dy = pick(d_states[2u * CARRY + carried], q) * own[1].x;
      let dc = d[1] + norm.scale * (dy - sum / f32(H) - y * (product / f32(H)));
      var previous = State();
      previous[1] = pick(before, q);
      put(&give, q, dc * gates[gates_row + unit].y + stayed[1]);
      gates[gates_row + unit] = gates_backward(gates[gates_row + unit], previous, dc);
#endif
    }
#if ${PRODUCT}
    d_states[2u * CARRY + carried] = normals;
    if (DIRECT[0]) { d_states[carried] = give; }
#else
    d_states[CARRY + carried] = give;
#endif
#endif
  }
}
