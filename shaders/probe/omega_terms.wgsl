// The terms of Ω (Pascanu, Mikolov & Bengio 2013, equation 9): for each time and row what the gradient's square grows
// by on the way through the recurrent weights, less 1.
//
//   terms[t, b] = (‖v‖² / ‖δ‖² − 1, ‖δ‖²)      δ = ∂L/∂h_t, v = dZ_t·Rᵀ, which goes on to h_{t−1}
//
// (0, 0) where there is no term: at the direction's first time, past a row's end, and where ‖δ‖² < 10⁻²⁰.
//
//   delta, v [T, B, HP·4]      terms [T, B]
//
// Bindings: 0 delta, 1 v, 2 terms, 3 control (with RAGGED: records of trials, then lengths [trials, B]).
// Work: a thread owns a row of a time. CPU twin: src/reference/omega.ts

@group(0) @binding(0) var<storage, read> delta: array<vec4f>;
@group(0) @binding(1) var<storage, read> v: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> terms: array<vec2f>;
#if ${RAGGED}
#include "lib/control.wgsl"
@group(0) @binding(3) var<storage, read> control: array<u32>;
#endif

const HP = ${HP}u;
const B = ${B}u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = id.y * groups.x * 64u + id.x;
  if (place >= ${T}u * B) { return; }
  let t = place / B;
#if ${RAGGED}
  let length = control[${TRIALS}u * CONTROL_WORDS + id.z * B + place % B];
#else
  let length = ${T}u;
#endif
#if ${REVERSE}
  let live = t + 1u < length;
#else
  let live = t > 0u && t < length;
#endif
  let at = (id.z * ${T}u * B + place) * HP;
  var given = 0.0;
  var goes_on = 0.0;
  for (var i = 0u; i < HP; i++) {
    given += dot(delta[at + i], delta[at + i]);
    goes_on += dot(v[at + i], v[at + i]);
  }
  var term = vec2f();
  if (live && given >= 1e-20) { term = vec2f(goes_on / given - 1.0, given); }
  terms[id.z * ${T}u * B + place] = term;
}
