// Minimal GRU, one unit at one time (Feng et al. 2024, section 3.1): gates see the input alone, z = W·x + b.
//
//   u = σ(z_u)   h = (1 − u)·h_{t−1} + u·z_v
//
// Lanes of Gates are u, v; states: h. CPU twin: src/reference/min-gru.ts

fn activate(z: Gates) -> Gates { return Gates(sigmoid(z.x), z.y); }

// h_t = a·h_{t−1} + b
fn coefficients(gates: Gates) -> vec2f { return vec2f(1.0 - gates.x, gates.x * gates.y); }

fn cell_backward(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let u = gates.x;
  return Backward(Gates(d[0] * (gates.y - previous[0]) * u * (1.0 - u), d[0] * u), State(d[0] * (1.0 - u)));
}
#include "lib/linear_cell.wgsl"
