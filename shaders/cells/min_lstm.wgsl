// Minimal LSTM, one unit at one time (Feng et al. 2024, section 3.2): gates see the input alone, z = W·x + b.
//
//   f = σ(z_f)   i = σ(z_i)   a = f/(f + i)   h = a·h_{t−1} + (1 − a)·z_v
//
// a is taken as σ(log f − log i), so that it is right where both gates are as good as closed.
// Lanes of Gates are f, i, v, a; states: h. CPU twin: src/reference/min-lstm.ts

fn log_sigmoid(x: f32) -> f32 { return min(x, 0.0) - log(1.0 + exp(-abs(x))); }

fn activate(z: Gates) -> Gates {
  return Gates(sigmoid(z.x), sigmoid(z.y), z.z, sigmoid(log_sigmoid(z.x) - log_sigmoid(z.y)));
}

// h_t = a·h_{t−1} + b
fn coefficients(gates: Gates) -> vec2f { return vec2f(gates.w, (1.0 - gates.w) * gates.z); }

fn cell_backward(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let a = gates.w;
  let da = d[0] * (previous[0] - gates.z) * a * (1.0 - a);
  return Backward(Gates(da * (1.0 - gates.x), -da * (1.0 - gates.y), d[0] * (1.0 - a), 0.0), State(d[0] * a));
}
#include "lib/linear_cell.wgsl"
