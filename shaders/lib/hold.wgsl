// Phase %p's recurrent weights held in workgroup memory, source after source without padding: a workgroup of driver
// `sequence` copies them once before its loop over time (persistent RNN, Diamos 2016). The product then reads them
// there.

#if ${HELD}
#if ${PRODUCT}
const HELD%p = ${SOURCES}u * ${HELD_EACH}u;
var<workgroup> held%p: array<${HELD_TYPE}, HELD%p>;
#endif

// By thread `own` of the workgroup; a barrier must follow.
fn hold%p(trial: u32, own: u32) {
#if ${PRODUCT}
  let origin = trial * ${HELD_TRIAL}u + ${HELD_OFFSET}u;
  for (var i = zero_of(trial) + own; i < HELD%p; i += ${WORKGROUP_X}u) {
    let weight = ${HELD_FROM}[origin + (i / ${HELD_EACH}u) * ${HELD_SOURCE}u + i % ${HELD_EACH}u];
#if ${HALF}
    held%p[i] = vec4h(half_of(weight));
#else
    held%p[i] = weight;
#endif
  }
#endif
}
#endif
