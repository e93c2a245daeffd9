// Zeroes a stretch of the gradient, so that those parameters stay as they are.
//
//   gradient [SIZE·4]: COUNT vec4f from FROM on
//
// Bindings: 0 gradient. The stride (one trial to the next) is SIZE. Work: a thread clears one vec4f.
// CPU twin: src/reference/task.ts

@group(0) @binding(0) var<storage, read_write> gradient: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < ${COUNT}u) { gradient[id.z * ${SIZE}u + ${FROM}u + id.x] = vec4f(); }
}
