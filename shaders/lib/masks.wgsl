// What keeps a unit's states as they were, and what drops them: see lib/unit.wgsl. Masks are functions of their
// address, so that the way back draws them again. CPU twins: src/reference/zoneout.ts, recurrent-dropout.ts

#if ${MASKS}
#include "lib/philox.wgsl"

// 24 random bits of element `element` of a layer's tensor.
fn random_bits(place: u32, element: u32, stream: u32) -> u32 {
  let record = CONTROL_WORDS * trial_of(place);
  let layer = ${RECURRENCE_LAYER}u + 2u * layer_of(place);
  let counter = vec4u(element / 4u, control[record + 1u], layer, stream);
  return philox4x32(counter, vec2u(control[record], ${KEY_TAG}u))[element & 3u] >> 8u;
}
#endif

#if ${DROPOUT}
// The same mask at all times (Gal & Ghahramani 2016).
fn dropout_mask(place: u32, row: u32, index: u32) -> f32 {
  let bits = random_bits(place, row * ${PADDED}u + index, ${DROPOUT_STREAM}u);
  return select(0.0, ${DROPOUT_SCALE}, bits >= ${DROPOUT_THRESHOLD}u);
}
#endif

#if ${SETTLES}
// The share of each state that stays as it was: zoneout (Krueger et al. 2017), and 1 past the end of a row.
fn staying(place: u32, t: u32, row: u32, index: u32) -> State {
  var stays = State();
#if ${ZONEOUT_MEAN}
  stays[0] = ${ZONEOUT_HIDDEN};
#if ${ZONES_CELL}
  stays[1] = ${ZONEOUT_CELL};
#endif
#elif ${ZONEOUT}
  let element = ((control[CONTROL_WORDS * trial_of(place) + 8u] + t) * B + row) * ${PADDED}u + index;
  stays[0] = f32(random_bits(place, element, ${ZONEOUT_HIDDEN_STREAM}u) < ${HIDDEN_THRESHOLD}u);
#if ${ZONES_CELL}
  stays[1] = f32(random_bits(place, element, ${ZONEOUT_CELL_STREAM}u) < ${CELL_THRESHOLD}u);
#endif
#endif
#if ${RAGGED}
  if (t >= control[${TRIALS}u * CONTROL_WORDS + trial_of(place) * B + row]) {
    for (var s = 0u; s < CARRIED; s++) { stays[s] = 1.0; }
  }
#endif
  return stays;
}

fn settle(place: u32, t: u32, row: u32, index: u32, next: State, previous: State) -> State {
  let stays = staying(place, t, row, index);
  var state = next;
  for (var s = 0u; s < CARRIED; s++) { // 0·next is not 0 where next overflows
    state[s] = select((1.0 - stays[s]) * next[s] + stays[s] * previous[s], previous[s], stays[s] == 1.0);
  }
  return state;
}
#endif
