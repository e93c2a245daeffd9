// ‖g‖² of the flat gradient, and how many of its values are not finite, as PARTIALS partial results a trial;
// report.wgsl adds them up.
//
//   gradient [SIZE·4]      partials [PARTIALS] of (Σ g², count)
//
// Bindings: 0 gradient, 1 partials. The stride (one trial to the next) is SIZE.
// Work: thread i adds vec4f i, i + PARTIALS, …: fixed order, no atomics, no workgroup memory.
// CPU twins: src/reference/squared-norm.ts, src/reference/non-finite.ts

#include "lib/finite.wgsl"

@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> partials: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${PARTIALS}u) { return; }
  var sum = 0.0;
  var count = 0u;
  for (var i = id.x; i < ${SIZE}u; i += ${PARTIALS}u) {
    let g = gradient[id.z * ${SIZE}u + i];
    sum += dot(g, g);
    count += non_finite4(g);
  }
  partials[id.z * ${PARTIALS}u + id.x] = vec2f(sum, f32(count));
}
