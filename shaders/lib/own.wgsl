// Trained values of a unit: see lib/unit.wgsl.

@group(0) @binding(${AT_own}) var<storage, read> own: array<vec4f>;

fn own_of(place: u32, index: u32) -> Own {
  let own0 = trial_of(place) * ${STRIDE_OWN}u + layer_of(place) * ${LAYER_PARAMETERS}u;
#if ${OWN_FOUR}
  return own[own0 + index];
#else
  let at = own0 + 2u * index;
  return mat2x4f(own[at], own[at + 1u]);
#endif
}
