// The input part of Z where layers advance together: see lib/advance.wgsl.

const BIASES%p = array<u32, ${BIASES} + 1u>(${BIASES_AT}); // where they lie from the layer's recurrent weights on

// Column `c` of the input part of Z at `gate`; above the first layer its bias alone, the product being still to come.
fn input%p(trial: u32, layer: u32, gate: u32, c: u32) -> vec4f {
  if (layer == 0u) { return gates[gate]; }
  var bias = vec4f();
%unroll b ${BIASES}
  bias += weights%p[trial * ${STRIDE_PARAMETERS}u + layer * ${LAYER_PARAMETERS}u + BIASES%p[%b] + c];
%end
  return bias;
}
