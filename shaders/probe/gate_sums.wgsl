// How open the gates of a recurrent layer are: over rows, units and times that a row has, of lane l
//
//   sums[l, thread] = (Σ g, count of g < 0.1, count of g > 0.9, count)      left and right of Karpathy et al. 2015
//
//   gates [T, B, H·L], activated      sums [L, THREADS], to be added up
//
// Bindings: 0 gates, 1 sums, 2 control (records of trials, then lengths [trials, B]). The first trial alone counts.
// Work: thread i of lane l takes values i, i + THREADS, …: fixed order. CPU twin: src/reference/gate-sums.ts

#include "lib/control.wgsl"

const T = ${T}u;
const B = ${B}u;
const H = ${H}u;
const L = ${L}u;

@group(0) @binding(0) var<storage, read> gates: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(2) var<storage, read> control: array<u32>;

@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let lane = group.x;
  var sum = vec4f();
  for (var i = local.x; i < T * B * H; i += ${THREADS}u) {
    let row = i / H;
    if (row / B >= control[${TRIALS}u * CONTROL_WORDS + row % B]) { continue; }
    let g = gates[row * ${PITCH}u + (i % H) * L + lane];
    sum += vec4f(g, f32(g < 0.1), f32(g > 0.9), 1.0);
  }
  sums[lane * ${THREADS}u + local.x] = sum;
}
