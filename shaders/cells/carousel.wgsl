// A bare constant error carousel, one unit at one time (Hochreiter & Schmidhuber 1997, tasks 2a and 2b): a memory cell
// with an input gate alone, g = σ and h = id, whose gate and input see the layer's input alone.
//
//   i = σ(z_i)   g = σ(z_g)   h = h_{t−1} + i·g
//
// Lanes of Gates are i, g; states: h. CPU twin: src/reference/carousel.ts

fn activate(z: Gates) -> Gates { return Gates(sigmoid(z.x), sigmoid(z.y)); }

// h_t = a·h_{t−1} + b
fn coefficients(gates: Gates) -> vec2f { return vec2f(1.0, gates.x * gates.y); }

fn cell_backward(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let both = d[0] * gates.x * gates.y;
  return Backward(Gates(both * (1.0 - gates.x), both * (1.0 - gates.y)), d);
}
#include "lib/linear_cell.wgsl"
