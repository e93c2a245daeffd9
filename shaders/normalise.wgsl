// Z = LN(X·W)·γ + b [+ b₂]: layer normalisation of an input product over its row (Ba, Kiros & Hinton 2016, equation
// 20); and with BACKWARD ∂L/∂(X·W) from dZ, in place, with the products dZ·LN(X·W) whose column sums are ∂L/∂γ.
//
//   LN(x) = (x − mean)·k, k = 1/√(variance + 10⁻⁵)      back: k·(d − mean(d) − y·mean(d·y)), d = dZ·γ, y = LN(X·W)
//
//   raw [ROWS, N·4] X·W      z [ROWS, N·4]      gain, bias, bias2 [N·4]
//
// Bindings: 0 raw, 1 z, 2 gain, then bias, bias2; with BACKWARD: 0 raw (out: ∂L/∂γ by rows), 1 z (dZ in, ∂L/∂(X·W)
//   out), 2 gain. Strides (one trial to the next) are in vec4f.
// Work: a thread owns a row. CPU twin: src/reference/normed-product.ts

const N = ${N}u;

#if ${BACKWARD}
@group(0) @binding(0) var<storage, read_write> raw: array<vec4f>;
#else
@group(0) @binding(0) var<storage, read> raw: array<vec4f>;
#endif
@group(0) @binding(1) var<storage, read_write> z: array<vec4f>;
@group(0) @binding(2) var<storage, read> gain: array<vec4f>;
#include "lib/biases.wgsl"

fn sum4(x: vec4f) -> f32 { return dot(x, vec4f(1.0)); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.y * groups.x * 64u + id.x;
  if (row >= ${ROWS}u) { return; }
  let first = (id.z * ${ROWS}u + row) * N;
  let weights = id.z * ${STRIDE_WEIGHTS}u;
  var sum = 0.0;
  for (var i = 0u; i < N; i++) { sum += sum4(raw[first + i]); }
  let mean = sum / f32(4u * N);
  var squares = 0.0;
  for (var i = 0u; i < N; i++) {
    let d = raw[first + i] - mean;
    squares += dot(d, d);
  }
  let scale = inverseSqrt(squares / f32(4u * N) + 1e-5);
#if ${BACKWARD}
  var total = 0.0;
  var product = 0.0;
  for (var i = 0u; i < N; i++) {
    let dy = z[first + i] * gain[weights + i];
    total += sum4(dy);
    product += dot(dy, (raw[first + i] - mean) * scale);
  }
  for (var i = 0u; i < N; i++) {
    let y = (raw[first + i] - mean) * scale;
    let dz = z[first + i];
    z[first + i] = scale * (dz * gain[weights + i] - total / f32(4u * N) - y * (product / f32(4u * N)));
    raw[first + i] = dz * y;
  }
#else
  for (var i = 0u; i < N; i++) {
    var out = (raw[first + i] - mean) * scale * gain[weights + i];
#if ${BIASES}
    out += bias[weights + i];
#endif
#if ${TWO_BIASES}
    out += bias2[weights + i];
#endif
    z[first + i] = out;
  }
#endif
}
