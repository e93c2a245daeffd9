// out = Σ x, in a fixed order: how many positions a mask keeps.
//
//   x [SIZE]      out [1]
//
// Bindings: 0 x, 1 out.
// Work: one workgroup of 64 a trial; lane i adds values i, i+64, …, then lane 0 the lanes in order.
//   Workgroup memory 256 B.
// CPU twin: src/reference/cross-entropy.ts

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

var<workgroup> lanes: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < ${SIZE}u; i += 64u) { sum += x[group.z * ${SIZE}u + i]; }
  lanes[lane] = sum;
  workgroupBarrier();
  if (lane > 0u) { return; }
  for (var i = 1u; i < 64u; i++) { sum += lanes[i]; }
  out[group.z] = sum;
}
