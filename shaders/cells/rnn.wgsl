// Simple recurrent network, one unit at one time (Elman 1990): h = φ(z), φ one of tanh, relu, sigmoid, the identity.
//
// States: h. CPU twin: src/reference/rnn.ts

fn phi_tanh(z: f32) -> f32 { return tanh_(z); }
fn phi_relu(z: f32) -> f32 { return max(z, 0.0); }
fn phi_sigmoid(z: f32) -> f32 { return sigmoid(z); }
fn phi_identity(z: f32) -> f32 { return z; }

// φ′ by h = φ(z).
fn slope_tanh(h: f32) -> f32 { return 1.0 - h * h; }
fn slope_relu(h: f32) -> f32 { return f32(h > 0.0); }
fn slope_sigmoid(h: f32) -> f32 { return h * (1.0 - h); }
fn slope_identity(h: f32) -> f32 { return 1.0; }

fn cell_forward(z: Gates, previous: State, unit: Unit) -> Forward {
  let h = phi_${ACTIVATION}(z);
  return Forward(h, State(h));
}

fn cell_backward(h: Gates, previous: State, d: State, unit: Unit) -> Backward {
  return Backward(d[0] * slope_${ACTIVATION}(h), State());
}
