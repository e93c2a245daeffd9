// Phase %p of a time step of back-propagation through a recurrent layer for one block: UNITS neighbouring units × ROWS
// batch rows. Shared by recurrence/step_backward.wgsl and recurrence/sequence_backward.wgsl.
//
//   ∂L/∂state = d_output + carried + Σ dZ·Rᵀ          then the cell's backward
//
// Arrays: lib/backward.wgsl.

const BACK_BLOCKS%p = ${BLOCKS}u; // blocks of units
const ENTERS%p = array<bool, STATES>(${ENTERS}); // states whose gradient comes together in this phase
const GIVES%p = array<bool, STATES>(${GIVES}); // and those that it passes on to the time before
#if ${PRODUCT}
#include "lib/delta.wgsl"
#endif

#include "lib/hold.wgsl"

fn retreat%p(place: u32, t: u32, row: u32, block: u32) {
  let zero = zero_of(place);
  let trial = trial_of(place);
  let layer = layer_of(place);
  let gates0 = layer * LAYER_GATES + (trial * T + t) * B * GATE_PITCH;
  let history0 = OWN_STATES + layer * LAYER_STATES + (trial * (T + 1u) + t) * SLOT;
  let carried0 = layer * LAYER_CARRY + trial * SLOT;
  let last = t == LAST;
#if ${PRODUCT}
#if ${LAYERED}
  // where from: lib/product_backward.wgsl
#elif ${SAME_TIME}
  let origin = t;
  let begun = true;
#else
  let origin = t + NEXT - PREVIOUS; // dZ of the step that went after this one
  let begun = !last;
#endif
#include "lib/product_backward.wgsl"
#endif
#if ${SUBGROUPS}
  if (block >= BACK_BLOCKS%p) { return; } // a thread that has loaded for the others alone
#endif
  for (var r = zero; r < min(ROWS, B - row); r++) {
    let at = (row + r) * HP + block;
    let output_at = ((trial * T + t) * B + row + r) * OUTPUT_PITCH + block;
%unroll s ${CARRIED}
    let before%s = states[history0 + PREVIOUS * SLOT + at + %su * BLOCK];
    var carry%s = Units();
    var give%s = Units();
    if ((ENTERS%p[%s] && select(DIRECT[%s], FINAL, last)) || (GIVES%p[%s] && !ENTERS%p[%s])) {
      carry%s = d_states[%su * CARRY + carried0 + at];
    }
%end
#if ${TAKES_OUTPUT}
%unroll o ${OUTPUTS}
    var output%o = d_output[%ou * OUTPUT_STRIDE + output_at];
%end
#endif
#if ${BELOW}
    let below = states[history0 - OWN_STATES + BELOW_STATE + NEXT * SLOT + at];
    var d_below = Units();
#endif
#if ${ABOVE}
    let above = d_extra[(trial * T + t) * SLOT + at];
#endif
#if ${GATED}
    let gates_row = gates0 + (row + r) * GATE_PITCH + block * GATE_COLUMNS;
    let wide = min(GATE_COLUMNS, GATE_PITCH - block * GATE_COLUMNS);
    var columns = Columns();
    for (var c = 0u; c < wide; c++) { columns[c] = gates[gates_row + c]; }
#else
    var d_source = Units();
#endif
    for (var q = ${FIRST_UNIT}; q < min(UNITS, ${OUT_UNITS}u - UNITS * block); q++) {
      var unit = Unit();
      unit.index = UNITS * block + q;
      var previous = State();
      var d = State();
%unroll s ${CARRIED}
      previous[%s] = pick(before%s, q);
      if (ENTERS%p[%s]) { d[%s] = pick(carry%s, q); }
%end
#if ${TAKES_OUTPUT}
%unroll o ${OUTPUTS}
#if ${LAYERED}
      d[OUTPUTS[%o]] += select(0.0, pick(output%o, q), layer + 1u == LAYERS);
#else
      d[OUTPUTS[%o]] += pick(output%o, q);
#endif
%end
#endif
#if ${ABOVE}
      d[${ABOVE_STATE}] += pick(above, q);
#endif
#if ${PRODUCT}
      for (var s = 0u; s < ${SOURCES}u; s++) {
#if ${MASKED}
#include "lib/masked_back.wgsl"
#endif
        d[GRADIENTS%p[s]] += products[(s * ROWS + r) * UNITS + q];
      }
#endif
#if ${RECORDS}
#include "probe/record.wgsl"
#endif
#if ${SETTLES}
#include "lib/stayed.wgsl"
#endif
#if ${OWN}
      unit.own = own_of(place, unit.index);
#endif
#if ${BELOW}
      unit.below = pick(below, q);
#endif
#if ${CLOCK}
      unit.time = position(place) + t;
#endif
#if ${GATED}
      let back = cell_backward${PHASE_NAME}(gates_of(&columns, q), previous, d, unit);
      set_gates(&columns, q, back.gates);
%unroll s ${CARRIED}
      put(&give%s, q, back.state[%s]);
%end
#if ${OWN}
      set_own_quartet(place, (trial * T + t) * B + row + r, unit.index, 0u, back.own);
#endif
#if ${BELOW}
      put(&d_below, q, back.below);
#endif
#else
      put(&d_source, q, d[0]);
#endif
#if ${SETTLES}
%unroll s ${CARRIED}
      put(&give%s, q, pick(give%s, q) + stayed[%s]);
%end
#endif
    }
#if ${GATED}
    for (var c = 0u; c < wide; c++) { gates[gates_row + c] = columns[c]; }
#else
    d_output[output_at] = d_source;
#endif
#if ${BELOW}
    d_extra[(trial * T + t) * SLOT + at] = d_below;
#endif
%unroll s ${CARRIED}
    if (GIVES%p[%s]) {
      d_states[%su * CARRY + carried0 + at] = give%s + select(carry%s, Units(), ENTERS%p[%s]);
    }
%end
  }
}
