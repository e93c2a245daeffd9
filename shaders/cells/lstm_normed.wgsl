// Layer-normalised LSTM, one unit at one time (Ba, Kiros & Hinton 2016, equations 20 to 22), between the norms of rows
// that lib/advance_normed.wgsl and lib/retreat_normed.wgsl take:
//
//   i, f, o = σ(z)   g = tanh(z)   c = f·c_{t−1} + i·g       z = LN(W·x)·γ_ih + b + LN(R·h_{t−1})·γ_hh
//   h = o·tanh(n)                                            n = LN(c)·γ_c + β_c
//
// Lanes of Gates are i, f, g, o; states are h, c and the c of this step, which zoneout may not let through; own values
// are γ_hh in the first column, γ_c and β_c in the second. CPU twin: src/reference/lstm-normed.ts

fn gates_forward(z: Gates, previous: State) -> Forward {
  let gates = Gates(sigmoid(z.x), sigmoid(z.y), tanh_(z.z), sigmoid(z.w));
  let c = gates.y * previous[1] + gates.x * gates.z;
  return Forward(gates, State(0.0, c, c));
}

fn output_forward(gates: Gates, normal: f32, own: Own) -> f32 {
  return gates.w * tanh_(own[1].x * normal + own[1].y);
}

// From ∂L/∂h: ∂L/∂n, and ∂L/∂z_o in its lane.
struct OutputBackward { gates: Gates, normal: f32 }

fn output_backward(gates: Gates, normal: f32, own: Own, dh: f32) -> OutputBackward {
  let s = tanh_(own[1].x * normal + own[1].y);
  let o = gates.w;
  return OutputBackward(Gates(gates.xyz, dh * s * o * (1.0 - o)), dh * o * (1.0 - s * s));
}

// From ∂L/∂c: ∂L/∂z of the other gates; ∂L/∂c_{t−1} is dc·f.
fn gates_backward(gates: Gates, previous: State, dc: f32) -> Gates {
  let i = gates.x;
  let f = gates.y;
  let g = gates.z;
  return Gates(dc * g * i * (1.0 - i), dc * previous[1] * f * (1.0 - f), dc * i * (1.0 - g * g), gates.w);
}
