// LSTM with a forget gate, one unit at one time (Hochreiter & Schmidhuber 1997; Gers et al. 2000; PyTorch nn.LSTM):
//
//   i = σ(z_i)   f = σ(z_f)   g = tanh(z_g)   o = σ(z_o)
//   c = f·c_{t−1} + i·g       h = o·tanh(c)
//
// Pointwise only: lanes of Gates are i, f, g, o. The drivers in recurrence/ make z and carry h and c through time.
// CPU twin: src/reference/lstm.ts

#include "lib/activations.wgsl"

alias Gates = vec4f;

struct Forward { gates: Gates, cell: f32, hidden: f32 }
struct Backward { gates: Gates, cell: f32 }

fn cell_forward(z: Gates, cell_previous: f32) -> Forward {
  let i = sigmoid(z.x);
  let f = sigmoid(z.y);
  let g = tanh_(z.z);
  let o = sigmoid(z.w);
  let cell = f * cell_previous + i * g;
  return Forward(Gates(i, f, g, o), cell, o * tanh_(cell));
}

// From ∂L/∂h_t and the part of ∂L/∂c_t that comes from t + 1: ∂L/∂z_t and ∂L/∂c_{t−1}.
fn cell_backward(gates: Gates, cell: f32, cell_previous: f32, d_hidden: f32, d_cell_next: f32) -> Backward {
  let i = gates.x;
  let f = gates.y;
  let g = gates.z;
  let o = gates.w;
  let s = tanh_(cell);
  let d_cell = d_cell_next + d_hidden * o * (1.0 - s * s);
  return Backward(
    Gates(
      d_cell * g * i * (1.0 - i),
      d_cell * cell_previous * f * (1.0 - f),
      d_cell * i * (1.0 - g * g),
      d_hidden * s * o * (1.0 - o),
    ),
    d_cell * f,
  );
}
