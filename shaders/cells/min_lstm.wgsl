// Minimal LSTM, one unit at one time (Feng et al. 2024, section 3.2): gates see the input alone, z = W·x + b.
//
//   f = σ(z_f)   i = σ(z_i)   s = f + i   h = (f/s)·h_{t−1} + (i/s)·z_v
//
// Lanes of Gates are f, i, v; states: h. CPU twin: src/reference/min-lstm.ts

fn activate(z: Gates) -> Gates { return Gates(sigmoid(z.x), sigmoid(z.y), z.z, 0.0); }

// h_t = a·h_{t−1} + b
fn coefficients(gates: Gates) -> vec2f { return vec2f(gates.x, gates.y * gates.z) / (gates.x + gates.y); }

fn cell_backward(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let f = gates.x;
  let i = gates.y;
  let a = f / (f + i);
  let b = i / (f + i);
  let da = d[0] * (previous[0] - gates.z) * a * b;
  return Backward(Gates(da * (1.0 - f), -da * (1.0 - i), d[0] * b, 0.0), State(d[0] * a));
}
#include "lib/linear_cell.wgsl"
