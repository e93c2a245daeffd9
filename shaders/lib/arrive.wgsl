// Body of recurrence/initial_backward.wgsl: phase %p's product alone.

#if ${PRODUCT}
  let origin = T - 1u - LAST; // the first time, whose dZ came last
  let begun = true;
#include "lib/product_backward.wgsl"
#endif
  for (var r = 0u; r < min(ROWS, B - row); r++) {
    let at = trial * SLOT + (row + r) * HP + block;
%unroll s ${CARRIED}
    var d%s = select(Units(), d_states[%su * CARRY + at], DIRECT[%s]);
%end
#if ${PRODUCT}
    for (var q = 0u; q < min(UNITS, ${OUT_UNITS}u - UNITS * block); q++) {
      for (var s = 0u; s < ${SOURCES}u; s++) {
#if ${MASKED}
        let mask = select(1.0, dropout_mask(trial, row + r, UNITS * block + q), MASKED%p[s]);
        let d = products[(s * ROWS + r) * UNITS + q] * mask;
#else
        let d = products[(s * ROWS + r) * UNITS + q];
#endif
%unroll s ${CARRIED}
        if (GRADIENTS%p[s] == %su) { put(&d%s, q, pick(d%s, q) + d); }
%end
      }
    }
#endif
%unroll s ${CARRIED}
    d_states[%su * CARRY + at] = d%s;
%end
  }
