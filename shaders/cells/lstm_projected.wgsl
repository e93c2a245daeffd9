// LSTM with a recurrent projection, one unit at one time (Sak et al. 2014; PyTorch's proj_size), in two phases:
//
//   0   i, f, g, o and c as the LSTM's      writes c and m = o·tanh(c)
//   1   h = W_hr·m, a product alone         writes h, which is narrower
//
// Lanes of Gates are i, f, g, o; states are h, c, m. CPU twin: src/reference/lstm-projected.ts

fn cell_forward0(z: Gates, previous: State, unit: Unit) -> Forward {
  let i = sigmoid(z.x);
  let f = sigmoid(z.y);
  let g = tanh_(z.z);
  let o = sigmoid(z.w);
  let c = f * previous[1] + i * g;
  return Forward(Gates(i, f, g, o), State(0.0, c, o * tanh_(c)));
}

// Phase 0 back gathers ∂L/∂h; this is phase 1, from ∂L/∂m.
fn cell_backward1(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let i = gates.x;
  let f = gates.y;
  let g = gates.z;
  let o = gates.w;
  let s = tanh_(f * previous[1] + i * g);
  let dc = d[1] + d[2] * o * (1.0 - s * s);
  return Backward(
    Gates(
      dc * g * i * (1.0 - i),
      dc * previous[1] * f * (1.0 - f),
      dc * i * (1.0 - g * g),
      d[2] * s * o * (1.0 - o),
    ),
    State(0.0, dc * f, 0.0),
  );
}
