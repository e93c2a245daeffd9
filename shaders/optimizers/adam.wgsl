// m ← β1·m + (1−β1)·g, v ← β2·v + (1−β2)·g², w ← w − rate·m̂/(√v̂ + ε) (Kingma & Ba 2015, algorithm 1).
// CPU twin: src/reference/adam.ts

@group(0) @binding(4) var<storage, read_write> exp_avg: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> exp_avg_sq: array<vec4f>;

fn optimize(w: vec4f, g: vec4f, at: u32, control: Control) -> vec4f {
  let m = ${BETA1} * exp_avg[at] + ${ONE_MINUS_BETA1} * g;
  let v = ${BETA2} * exp_avg_sq[at] + ${ONE_MINUS_BETA2} * g * g;
  exp_avg[at] = m;
  exp_avg_sq[at] = v;
  return w - control.rate * (m / control.correction1) / (sqrt(v / control.correction2) + ${EPSILON});
}
