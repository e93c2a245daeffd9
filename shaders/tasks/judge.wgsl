// What came of each sequence of a step, over its time steps with a weight, or with END the last of them:
//
//   outcomes[time, trial, b] = (1 where any was wrong, mean of the mean errors, largest error, Σ loss·B)
//
//   errors [T, B] from loss.wgsl      loss [T, B]      outcomes [STEPS, trials, B]
//
// Bindings: 0 errors, 1 loss, 2 outcomes; the step of the block as an immediate.
// Work: a thread goes through one sequence. CPU twin: src/reference/task-loss.ts

#include "lib/time.wgsl"

const T = ${T}u;
const B = ${B}u;

@group(0) @binding(0) var<storage, read> errors: array<vec4f>;
@group(0) @binding(1) var<storage, read> loss: array<f32>;
@group(0) @binding(2) var<storage, read_write> outcomes: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= B) { return; }
  var count = 0.0;
  var wrong = 0.0;
  var total = 0.0;
  var most = 0.0;
  var sum = 0.0;
  for (var t = 0u; t < T; t++) {
    let at = (id.z * T + t) * B + id.x;
    let error = errors[at];
    sum += loss[at];
    if (error.w == 0.0) { continue; }
#if ${END}
    count = 1.0;
    total = error.y;
    most = error.x;
    wrong = error.z;
#else
    count += 1.0;
    total += error.y;
    most = max(most, error.x);
    wrong = max(wrong, error.z);
#endif
  }
  outcomes[(time * ${TRIALS}u + id.z) * B + id.x] = vec4f(wrong, total / max(count, 1.0), most, sum * f32(B));
}
