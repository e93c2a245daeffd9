// s ← α·s + (1−α)·g², w ← w − rate·g/(√s + ε) (Tieleman & Hinton 2012; PyTorch RMSprop).
// CPU twin: src/reference/rmsprop.ts

@group(0) @binding(4) var<storage, read_write> square_avg: array<vec4f>;

fn optimize(w: vec4f, g: vec4f, at: u32, control: Control) -> vec4f {
  let s = ${ALPHA} * square_avg[at] + ${ONE_MINUS_ALPHA} * g * g;
  square_avg[at] = s;
  return w - control.rate * g / (sqrt(s) + ${EPSILON});
}
