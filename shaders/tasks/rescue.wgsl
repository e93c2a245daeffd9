// What Pascanu et al. do with a gradient that has burst (released code of the 2013 paper): where a value is not finite,
// or ‖g‖ > 1e10, the recurrent weights shrink and nothing else moves,
//
//   ∂E/∂W_rec ← 0.02·W_rec      all other gradients ← 0
//
//   gradient, parameters [SIZE·4], of which W_rec are FROM … END − 1
//   partials [PARTIALS] of (Σ g², count of non-finite values) from squared_norm.wgsl
//
// Bindings: 0 gradient, 1 parameters, 2 partials. The stride (one trial to the next) is SIZE.
// Work: a thread writes one vec4f; each adds up the partials for itself. CPU twin: src/reference/task.ts

#include "lib/finite.wgsl"

@group(0) @binding(0) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(2) var<storage, read> partials: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${SIZE}u) { return; }
  var sum = vec2f();
  for (var i = 0u; i < ${PARTIALS}u; i++) { sum += partials[id.z * ${PARTIALS}u + i]; }
  if (sum.y == 0.0 && non_finite(sum.x) == 0u && sum.x <= 1e20) { return; }
  let at = id.z * ${SIZE}u + id.x;
  let recurrent = id.x >= ${FROM}u && id.x < ${END}u;
  gradient[at] = select(vec4f(), 0.02 * parameters[at], recurrent);
}
