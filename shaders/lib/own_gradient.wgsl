// Where a row's gradients of a unit's own values go, a quartet at a time: see lib/backward.wgsl.

fn set_own_quartet(place: u32, row: u32, index: u32, quartet: u32, gradient: vec4f) {
  let own0 = OWN_GRADIENTS + layer_of(place) * ${LAYER_OWN_GRADIENTS}u;
#if ${QUAD}
  d_extra[own0 + (row * H + index) * (${OWN_LANES}u / 4u) + quartet] = gradient;
#else
  for (var lane = 0u; lane < 4u; lane++) {
    d_extra[own0 + (row * H + index) * ${OWN_LANES}u + 4u * quartet + lane] = gradient[lane];
  }
#endif
}
