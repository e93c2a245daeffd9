// s ← s + g², w ← w − rate·g/(√s + ε) (Duchi, Hazan & Singer 2011; PyTorch Adagrad). CPU twin: src/reference/adagrad.ts

@group(0) @binding(4) var<storage, read_write> sum: array<vec4f>;

fn optimize(w: vec4f, g: vec4f, at: u32, control: Control) -> vec4f {
  let s = sum[at] + g * g;
  sum[at] = s;
  return w - control.rate * g / (sqrt(s) + ${EPSILON});
}
