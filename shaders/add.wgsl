// sum = sum + x: a segment's gradient into that of the window.
//
//   sum, x [SIZE·4]
//
// Bindings: 0 sum, 1 x. The stride (one trial to the next) is SIZE.
// Work: a thread adds one vec4f. CPU twin: none needed, the reference's gradients are those of the whole window.

@group(0) @binding(0) var<storage, read_write> sum: array<vec4f>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let block = id.y * groups.x * 64u + id.x;
  if (block >= ${SIZE}u) { return; }
  sum[id.z * ${SIZE}u + block] += x[id.z * ${SIZE}u + block];
}
