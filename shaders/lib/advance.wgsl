// Phase %p of a time step of a recurrent layer for one block: UNITS neighbouring units × ROWS batch rows, the product
// with recurrent sources and the cell fused. Shared by recurrence/step.wgsl and recurrence/sequence.wgsl, whose results
// are therefore equal bit for bit.
//
//   Z_t = Z_t + Σ_s source_s·R_s          then the cell's forward
//
//   gates      [T, B, H·L]    in: X·W + b, the input part of Z; out: activated gates, in place. Where layers advance
//                             together this is so of the first; those above make their X·W here, X being states
//   weights    [K, H·P] a source: from unit k of the source to P of the L lanes of each unit
//   states     see lib/block.wgsl; the sources are among them
//
// All rows are padded to four floats, padding zero.

const BLOCKS%p = ${BLOCKS}u; // blocks of units
const WRITES%p = array<bool, STATES>(${WRITES});
#if ${PRODUCT}
const K%p = ${K}u; // units of a source
const SOURCES%p = array<u32, ${SOURCES}>(${SOURCE_BLOCKS}); // which of the histories they are
const COLUMNS%p = ${COLUMNS}u; // vec4f of a block's product
const PITCH%p = ${PITCH}u; // and of a row of weights
#endif

#include "lib/hold.wgsl"

#if ${LAYERED}
#include "lib/layer_input.wgsl"
#endif

fn advance%p(place: u32, t: u32, row: u32, block: u32) {
  let zero = zero_of(place);
  let trial = trial_of(place);
  let layer = layer_of(place);
  let history0 = OWN_STATES + layer * LAYER_STATES + (trial * (T + 1u) + t) * SLOT;
  let gates0 = layer * LAYER_GATES + (trial * T + t) * B * GATE_PITCH;
#if ${PRODUCT}
#include "lib/product.wgsl"
#endif
#if ${SUBGROUPS}
  if (block >= BLOCKS%p) { return; } // a thread that has loaded for the others alone
#endif
  for (var r = zero; r < min(ROWS, B - row); r++) {
    let previous0 = history0 + PREVIOUS * SLOT + (row + r) * HP + block;
    let next0 = history0 + NEXT * SLOT + (row + r) * HP + block;
%unroll s ${CARRIED}
    let before%s = states[previous0 + %su * BLOCK];
%end
%unroll s ${STATES}
    var after%s = Units();
%end
#if ${BELOW}
    let below = states[next0 - OWN_STATES + BELOW_STATE];
#endif
#if ${DROPS}
    var dropped = Units();
#endif
#if ${GATED}
    let gates_row = gates0 + (row + r) * GATE_PITCH + block * GATE_COLUMNS;
    let wide = min(GATE_COLUMNS, GATE_PITCH - block * GATE_COLUMNS);
    var columns = Columns();
    for (var c = 0u; c < wide; c++) {
#if ${LAYERED}
      columns[c] = input%p(trial, layer, gates_row + c, block * GATE_COLUMNS + c);
#else
      columns[c] = gates[gates_row + c];
#endif
#if ${ALL_LANES}
      columns[c] += z[r * GATE_COLUMNS + c];
#endif
    }
#endif
    for (var q = ${FIRST_UNIT}; q < min(UNITS, ${OUT_UNITS}u - UNITS * block); q++) {
      var previous = State();
%unroll s ${CARRIED}
      previous[%s] = pick(before%s, q);
%end
      var unit = Unit();
      unit.index = UNITS * block + q;
#if ${OWN}
      unit.own = own_of(place, unit.index);
#endif
#if ${BELOW}
      unit.below = pick(below, q);
#endif
#if ${CLOCK}
      unit.time = position(place) + t;
#endif
#if ${SOME_LANES}
      for (var lane = 0u; lane < ${PRODUCT_LANES}u; lane++) {
        let source = ${PRODUCT_LANES}u * q + lane;
        let target_lane = ${LANES}u * q + ${FIRST_LANE}u + lane;
        columns[target_lane / 4u][target_lane % 4u] += z[r * COLUMNS%p + source / 4u][source % 4u];
      }
#endif
#if ${GATED}
      let result = cell_forward${PHASE_NAME}(gates_of(&columns, q), previous, unit);
      set_gates(&columns, q, result.gates);
      var state = result.state;
#else
      var state = State();
      state[0] = z[r][q];
#endif
#if ${SETTLES_OR_DROPS}
#include "lib/settled.wgsl"
#endif
%unroll s ${STATES}
      put(&after%s, q, state[%s]);
%end
    }
#if ${GATED}
    for (var c = 0u; c < wide; c++) { gates[gates_row + c] = columns[c]; }
#endif
%unroll s ${STATES}
    if (WRITES%p[%s]) { states[next0 + %su * BLOCK] = after%s; }
%end
#if ${DROPS}
    states[next0 + STATES * BLOCK] = dropped;
#endif
  }
}
