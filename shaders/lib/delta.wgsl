// What phase %p's product on the way back multiplies: ∂L/∂(h·R), a row [QUARTETS·4] at each time. It is all of dZ, the
// lanes of dZ that the phase's weights lead to, dP of a normed product, or ∂L/∂h itself before a projection.

const GRADIENTS%p = array<u32, ${SOURCES}>(${SOURCE_STATES}); // which states the sources are
const MASKED%p = array<bool, ${SOURCES}>(${SOURCE_MASKED}); // those that were multiplied through a mask
const QUARTETS%p = ${QUARTETS}u; // of a row's gradient that goes through phase %p's weights

// Quartet n of that row, which begins at `row`: all of dZ, or the lanes that the weights lead to.
fn delta%p(row: u32, n: u32) -> vec4f {
#if ${FROM_OUTPUT}
  return d_output[row + n];
#elif ${NORMED}
  return gates[D_PRODUCTS + row + n];
#elif ${ALL_LANES}
  return gates[row + n];
#else
#include "lib/delta_of_some.wgsl"
#endif
}
