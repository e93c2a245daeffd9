// sum = Σ_p parts_p, in order: the products of matmul.wgsl where k was cut and its parts ran side by side.
//
//   parts [PARTS, SIZE·4]      sum [SIZE·4]
//
// Bindings: 0 parts, 1 sum. STRIDE (one trial's sum to the next) is in vec4f.
// Work: a thread adds up one vec4f. CPU twin: src/reference/matmul.ts, which does not cut k

@group(0) @binding(0) var<storage, read> parts: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sum: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let block = id.y * groups.x * 64u + id.x;
  if (block >= ${SIZE}u) { return; }
  var total = vec4f();
  for (var p = 0u; p < ${PARTS}u; p++) { total += parts[(id.z * ${PARTS}u + p) * ${SIZE}u + block]; }
  sum[id.z * ${STRIDE}u + block] = total;
}
