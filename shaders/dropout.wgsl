// out = in · mask / (1 − p), mask drawn anew each step (Srivastava et al. 2014). The gradient takes the same mask: the
// same kernel serves both ways, since the mask is a function of its address.
//
//   in, out [SIZE·4]      element e, counted from the window's first time step, is kept where
//                         (philox(e / 4, step, LAYER, dropout)[e mod 4] >> 8) ≥ THRESHOLD = p·2²⁴
//
// Bindings: 0 in, 1 out, 2 control. Strides (one trial to the next) and TIME_STEP are in vec4f; `in` starts OFFSET_IN
//   in.
// Work: a thread makes four elements from one Philox block. CPU twin: src/reference/dropout.ts, equal bits

#include "lib/control.wgsl"
#include "lib/philox.wgsl"

@group(0) @binding(0) var<storage, read> in: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<storage, read> control: array<Control>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let block = id.y * groups.x * 64u + id.x;
  if (block >= ${SIZE}u) { return; }
  let trial = control[id.z];
  let element = trial.first * ${TIME_STEP}u + block;
  let bits = philox4x32(vec4u(element, trial.step, ${LAYER}u, ${STREAM}u), vec2u(trial.seed, ${KEY_TAG}u));
  let kept = (bits >> vec4u(8)) >= vec4u(${THRESHOLD}u);
  out[id.z * ${STRIDE_OUT}u + block] =
    select(vec4f(), in[id.z * ${STRIDE_IN}u + ${OFFSET_IN}u + block] * ${SCALE}, kept);
}
