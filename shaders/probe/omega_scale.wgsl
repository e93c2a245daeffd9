// v = h_{t−1} + (4·WEIGHT/n)·(x / d)·v: what takes the place of h_{t−1} in dR = Σ h_{t−1}ᵀ·dZ, so that the same product
// gives ∂L/∂R + WEIGHT·∂Ω/∂R. With x = ‖v‖²/d − 1, d = ‖δ‖², v = dZ·Rᵀ, and δ and dZ held (Pascanu, Mikolov & Bengio
// 2013, equation 10: the immediate derivative alone):
//
//   Ω = Σ x²/n      ∂Ω/∂R = Σ (2x/n)·(2/d)·vᵀ·dZ
//
//   states [T+1, B, HP·4], from START on h_{t−1}      terms [T, B] of (x, d)      omega (Ω, n)      v [T, B, HP·4]
//
// Bindings: 0 states, 1 terms, 2 omega, 3 v. Start and strides (one trial to the next) are in vec4f.
// Work: a thread owns four units of a row. CPU twin: src/reference/omega.ts

@group(0) @binding(0) var<storage, read> states: array<vec4f>;
@group(0) @binding(1) var<storage, read> terms: array<vec2f>;
@group(0) @binding(2) var<storage, read> omega: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> v: array<vec4f>;

const HP = ${HP}u;
const ROWS = ${ROWS}u; // T·B

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = id.y * groups.x * 64u + id.x;
  if (place >= ROWS * HP) { return; }
  let term = terms[id.z * ROWS + place / HP];
  let before = states[id.z * ${STRIDE_STATES}u + ${START}u + place];
  let at = id.z * ROWS * HP + place;
  // Where there is no term, v may be anything at all.
  var own = vec4f();
  if (term.y > 0.0) { own = (4.0 * ${WEIGHT} / omega[id.z].y * (term.x / term.y)) * v[at]; }
  v[at] = before + own;
}
