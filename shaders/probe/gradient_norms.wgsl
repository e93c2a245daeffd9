// How much gradient reaches each time: sums[lag] = Σ_b ‖∂L/∂h‖² at `lag` steps before the last one of row b, over
// OUTPUTS states that are the layer's output. The last step is the direction's; lags that a row has not add nothing.
//
//   gradient [T, B, PITCH·4] an output      sums [T]
//
// Bindings: 0 gradient, 1 sums, 2 control (with RAGGED: records of trials, then lengths [trials, B]). Strides in vec4f,
//   STRIDE_SUMS in floats.
// Work: a thread owns a lag, and adds rows and units in order. CPU twin: src/reference/gradient-norms.ts

@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
#if ${RAGGED}
#include "lib/control.wgsl"
@group(0) @binding(2) var<storage, read> control: array<u32>;
#endif

const T = ${T}u;
const B = ${B}u;
const PITCH = ${PITCH}u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let lag = id.x;
  if (lag >= T) { return; }
  var sum = 0.0;
  for (var b = 0u; b < B; b++) {
#if ${RAGGED}
    let length = min(T, control[${TRIALS}u * CONTROL_WORDS + id.z * B + b]);
#else
    let length = T;
#endif
    if (lag >= length) { continue; }
#if ${REVERSE}
    let t = lag;
#else
    let t = length - 1u - lag;
#endif
    for (var o = 0u; o < ${OUTPUTS}u; o++) {
      let row = o * ${STRIDE_OUTPUT}u + ((id.z * T + t) * B + b) * PITCH;
      for (var i = row; i < row + PITCH; i++) { sum += dot(gradient[i], gradient[i]); }
    }
  }
  sums[id.z * ${STRIDE_SUMS}u + lag] = sum;
}
