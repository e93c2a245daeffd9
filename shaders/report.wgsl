// One step's record in the ring of results: the loss, and with NORM the gradient's norm and its non-finite values.
//
//   loss [ROWS] of each row, weighted so that they add up to the mean      partials [PARTIALS] from squared_norm.wgsl
//   results [RING, trials, 4]: record `step mod RING` = Σ loss, ‖g‖ before clipping, count of non-finite values
//   The count goes on from the last step's record: after one bad step no later one, already under way, changes
//   anything.
//
// Bindings: 0 loss, 1 results, 2 control, then partials.
// Work: 64 lanes a trial, lane i adds values i, i+64, …, then lane 0 the lanes in order: fixed order. SIDE_BY_SIDE they
//   are a workgroup, 768 B of its memory; else one thread does it all, since a CPU compiles a barrier for long.
//   CPU twins: src/reference/cross-entropy.ts, src/reference/squared-norm.ts

#include "lib/control.wgsl"
#include "lib/finite.wgsl"

@group(0) @binding(0) var<storage, read> loss: array<f32>;
@group(0) @binding(1) var<storage, read_write> results: array<vec4f>;
@group(0) @binding(2) var<storage, read> control: array<Control>;
#if ${NORM}
@group(0) @binding(3) var<storage, read> partials: array<vec2f>;
#endif

// What lane `lane` adds up: values lane, lane + 64, …
fn of_lane(trial: u32, lane: u32) -> vec3f {
  var sum = vec3f();
  for (var i = lane; i < ${ROWS}u; i += 64u) { sum.x += loss[trial * ${ROWS}u + i]; }
#if ${NORM}
  for (var i = lane; i < ${PARTIALS}u; i += 64u) {
    let partial = partials[trial * ${PARTIALS}u + i];
    sum += vec3f(0.0, partial.x, partial.y);
  }
#endif
  return sum;
}

#if ${SIDE_BY_SIDE}
var<workgroup> lanes: array<vec3f, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  var sum = of_lane(group.z, lane);
  lanes[lane] = sum;
  workgroupBarrier();
  if (lane > 0u) { return; }
  for (var i = 1u; i < 64u; i++) { sum += lanes[i]; }
#else
@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  var sum = of_lane(group.z, 0u);
  for (var lane = 1u; lane < 64u; lane++) { sum += of_lane(group.z, lane); }
#endif
  let step = control[group.z].step;
  var bad = 0.0;
#if ${NORM}
  bad = sum.z + f32(non_finite(sum.y)) + results[(step + ${RING}u - 1u) % ${RING}u * groups.z + group.z].z;
#endif
  results[step % ${RING}u * groups.z + group.z] = vec4f(sum.x, sqrt(sum.y), bad, 0.0);
}
