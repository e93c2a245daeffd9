// v ← μ·v + g, w ← w − rate·v (PyTorch SGD). CPU twin: src/reference/sgd.ts

@group(0) @binding(4) var<storage, read_write> momentum_buffer: array<vec4f>;

fn optimize(w: vec4f, g: vec4f, at: u32, control: Control) -> vec4f {
  let v = ${MOMENTUM} * momentum_buffer[at] + g;
  momentum_buffer[at] = v;
  return w - control.rate * v;
}
