// Gated recurrent unit, reset after the product, one unit at one time (Cho et al. 2014; PyTorch nn.GRU, cuDNN):
//
//   r = σ(z_r)   u = σ(z_u)   n = tanh(z_n + r·z_m)      z_m: the hidden state's part of n, z_n the input's
//   h = (1 − u)·n + u·h_{t−1}
//
// Lanes of Gates are r, u, n, m; states: h. CPU twin: src/reference/gru.ts

fn cell_forward(z: Gates, previous: State, unit: Unit) -> Forward {
  let r = sigmoid(z.x);
  let u = sigmoid(z.y);
  let n = tanh_(z.z + r * z.w);
  return Forward(Gates(r, u, n, z.w), State((1.0 - u) * n + u * previous[0]));
}

fn cell_backward(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let r = gates.x;
  let u = gates.y;
  let n = gates.z;
  let dn = d[0] * (1.0 - u) * (1.0 - n * n);
  return Backward(
    Gates(dn * gates.w * r * (1.0 - r), d[0] * (previous[0] - n) * u * (1.0 - u), dn, dn * r),
    State(d[0] * u),
  );
}
