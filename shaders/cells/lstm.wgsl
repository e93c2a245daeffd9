// LSTM with a forget gate, one unit at one time (Hochreiter & Schmidhuber 1997; Gers et al. 2000; PyTorch nn.LSTM):
//
//   i = σ(z_i)   f = σ(z_f)   g = tanh(z_g)   o = σ(z_o)
//   c = f·c_{t−1} + i·g       h = o·tanh(c)
//
// Pointwise only: lanes of Gates are i, f, g, o; states are h, c. The drivers in recurrence/ make z and carry h and c
// through time. CPU twin: src/reference/lstm.ts

fn cell_forward(z: Gates, previous: State, unit: Unit) -> Forward {
  let i = sigmoid(z.x);
  let f = sigmoid(z.y);
  let g = tanh_(z.z);
  let o = sigmoid(z.w);
  let c = f * previous[1] + i * g;
  return Forward(Gates(i, f, g, o), State(o * tanh_(c), c));
}

// From d = (∂L/∂h_t, the part of ∂L/∂c_t that comes from t + 1): ∂L/∂z_t and ∂L/∂c_{t−1}.
fn cell_backward(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let i = gates.x;
  let f = gates.y;
  let g = gates.z;
  let o = gates.w;
  let s = tanh_(f * previous[1] + i * g);
  let dc = d[1] + d[0] * o * (1.0 - s * s);
  return Backward(
    Gates(
      dc * g * i * (1.0 - i),
      dc * previous[1] * f * (1.0 - f),
      dc * i * (1.0 - g * g),
      d[0] * s * o * (1.0 - o),
    ),
    State(0.0, dc * f),
  );
}
