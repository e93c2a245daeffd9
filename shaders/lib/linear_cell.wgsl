// The forward pass of a cell h_t = a·h_{t−1} + b, whose a and b the driver `scan` also takes as they are.
// CPU twins: src/reference/min-gru.ts, min-lstm.ts

fn cell_forward(z: Gates, previous: State, unit: Unit) -> Forward {
  let gates = activate(z);
  let c = coefficients(gates);
  return Forward(gates, State(c.x * previous[0] + c.y));
}
