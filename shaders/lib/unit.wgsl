// What else a unit is told: its own trained values, the place in time, and what keeps its states as they were.
//
//   own      [H, OWN lanes]
//   control  records of trials (lib/control.wgsl), then with RAGGED the lengths of rows [trials, B]

#if ${OWN}
#include "lib/own.wgsl"
#endif

#if ${CONTROL}
#include "lib/control.wgsl"
@group(0) @binding(${AT_control}) var<storage, read> control: array<u32>;
#endif

#if ${CLOCK}
var<private> runs: u32; // windows before this one in the same submit: generation has many

// Of the window in the sequence.
fn position(place: u32) -> u32 { return control[CONTROL_WORDS * trial_of(place) + 2u] + runs * T; }
#endif

#if ${SETTLES_OR_DROPS}
#include "lib/masks.wgsl"
#endif
