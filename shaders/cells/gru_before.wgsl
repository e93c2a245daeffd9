// Gated recurrent unit, reset before the product, one unit at one time (Cho et al. 2014, equations 5 to 8), in two
// phases, since the second product is of what the first has made:
//
//   0   r = σ(z_r)   u = σ(z_u)   writes r·h_{t−1}
//   1   n = tanh(z_n)             writes h = (1 − u)·n + u·h_{t−1}
//
// Lanes of Gates are r, u, n; states: h, r·h_{t−1}. CPU twin: src/reference/gru-before.ts

fn cell_forward0(z: Gates, previous: State, unit: Unit) -> Forward {
  let r = sigmoid(z.x);
  return Forward(Gates(r, sigmoid(z.y), z.zw), State(0.0, r * previous[0]));
}

fn cell_forward1(z: Gates, previous: State, unit: Unit) -> Forward {
  let u = z.y;
  let n = tanh_(z.z);
  return Forward(Gates(z.xy, n, 0.0), State((1.0 - u) * n + u * previous[0], 0.0));
}

// From ∂L/∂h: u and n; r waits for the product.
fn cell_backward0(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let u = gates.y;
  let n = gates.z;
  return Backward(
    Gates(gates.x, d[0] * (previous[0] - n) * u * (1.0 - u), d[0] * (1.0 - u) * (1.0 - n * n), 0.0),
    State(d[0] * u, 0.0),
  );
}

// From ∂L/∂(r·h_{t−1}).
fn cell_backward1(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let r = gates.x;
  return Backward(Gates(d[1] * previous[0] * r * (1.0 - r), gates.yzw), State(d[1] * r, 0.0));
}
