// The whole parameter update in one dispatch: clip, and the optimiser (optimizers/, one file each).
//
//   ‖g‖ > CLIP_NORM: g ← g·CLIP_NORM/‖g‖ (Pascanu, Mikolov & Bengio 2013)      then g ← clamp(g, ±CLIP_VALUE)
//   Where a gradient or the norm is not finite nothing is changed: a bad step cannot spoil the parameters.
//
//   parameters, gradient, optimiser states [SIZE·4]      results [RING, trials, 4] from report.wgsl: this step's record
//
// Bindings: 0 parameters, 1 gradient, 2 control, 3 results, then the optimiser's states. The stride is SIZE.
// Work: a thread updates one vec4f. No workgroup memory.
// CPU twins: src/reference/clip.ts and src/reference/<optimiser>.ts

#include "lib/control.wgsl"

const SIZE = ${SIZE}u;

@group(0) @binding(0) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(1) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(2) var<storage, read> control: array<Control>;
@group(0) @binding(3) var<storage, read> results: array<vec4f>;
#include "optimizers/${OPTIMIZER}.wgsl"

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let run = control[id.z];
  let record = results[run.step % ${RING}u * groups.z + id.z];
  if (i >= SIZE || record.z > 0.0) { return; }
  let at = id.z * SIZE + i;
  var g = gradient[at];
#if ${CLIPS_NORM}
  if (record.y > ${CLIP_NORM}) { g *= ${CLIP_NORM} / record.y; }
#endif
#if ${CLIPS_VALUE}
  g = clamp(g, vec4f(-${CLIP_VALUE}), vec4f(${CLIP_VALUE}));
#endif
  parameters[at] = optimize(parameters[at], g, at, run);
}
