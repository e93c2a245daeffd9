// Phase %p of a time step of a layer-normalised LSTM for one block, in place of lib/advance.wgsl:
//
//   0   P = h_{t−1}·R                              a product alone, kept for the way back
//   1   z = Z + LN(P)·γ_hh, then gates and c       LN over a row's 4·H
//   2   h = o·tanh(LN(c)·γ_c + β_c)                LN over a row's H
//
// P lies after all gates in the same array, PRODUCTS on.

const BLOCKS%p = ${BLOCKS}u;
#if ${PRODUCT}
const K%p = ${K}u;
const SOURCES%p = array<u32, 1>(${SOURCE_BLOCKS});
const COLUMNS%p = ${COLUMNS}u;
const PITCH%p = ${PITCH}u;
#endif

#include "lib/hold.wgsl"

fn advance%p(trial: u32, t: u32, row: u32, block: u32) {
  let zero = zero_of(trial);
  let history0 = OWN_STATES + (trial * (T + 1u) + t) * SLOT;
  let gates0 = (trial * T + t) * B * GATE_PITCH;
#if ${PRODUCT}
#include "lib/product.wgsl"
#if ${SUBGROUPS}
  if (block >= BLOCKS%p) { return; } // a thread that has loaded for the others alone
#endif
  for (var r = zero; r < min(ROWS, B - row); r++) {
    let first = PRODUCTS + gates0 + (row + r) * GATE_PITCH;
    for (var c = 0u; c < min(COLUMNS%p, PITCH%p - block * COLUMNS%p); c++) {
      gates[first + block * COLUMNS%p + c] = z[r * COLUMNS%p + c];
    }
  }
#else
#if ${SUBGROUPS}
  if (block >= BLOCKS%p) { return; } // a thread that has loaded for the others alone
#endif
  for (var r = zero; r < min(ROWS, B - row); r++) {
    let gates_row = gates0 + (row + r) * GATE_PITCH;
    let at = (row + r) * HP + block;
    let before = history0 + PREVIOUS * SLOT + at;
    let after = history0 + NEXT * SLOT + at;
    var hidden = Units();
    var cell = Units();
    var candidate = Units();
#if ${MIDDLE}
    let norm = norm_of_gates(PRODUCTS + gates_row);
#else
    let norm = norm_of_units(after - block + 2u * BLOCK);
#endif
    for (var q = ${FIRST_UNIT}; q < min(UNITS, H - UNITS * block); q++) {
      let unit = UNITS * block + q;
      let own = own_of(trial, unit);
      var previous = State();
      previous[0] = pick(states[before], q);
      previous[1] = pick(states[before + BLOCK], q);
#if ${MIDDLE}
      let product = (gates[PRODUCTS + gates_row + unit] - norm.mean) * norm.scale;
      let next = gates_forward(gates[gates_row + unit] + product * own[0], previous);
      gates[gates_row + unit] = next.gates;
      var state = next.state;
#else
      let normal = (pick(states[after + 2u * BLOCK], q) - norm.mean) * norm.scale;
      var state = State(output_forward(gates[gates_row + unit], normal, own), 0.0, 0.0);
#endif
#if ${SETTLES}
      state = settle(trial, t, row + r, unit, state, previous);
#endif
      put(&hidden, q, state[0]);
      put(&cell, q, state[1]);
      put(&candidate, q, state[2]);
    }
#if ${MIDDLE}
    states[after + BLOCK] = cell;
    states[after + 2u * BLOCK] = candidate;
#else
    states[after] = hidden;
#if ${DROPS}
    var dropped = Units();
    for (var q = ${FIRST_UNIT}; q < UNITS; q++) {
      put(&dropped, q, pick(hidden, q) * dropout_mask(trial, row + r, UNITS * block + q));
    }
    states[after + STATES * BLOCK] = dropped;
#endif
#endif
  }
#endif
}
