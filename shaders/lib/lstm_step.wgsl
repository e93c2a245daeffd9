// The LSTM's step and its way back on plain values, for cells that are made of it; the LSTM itself is cells/lstm.wgsl.
// Gates are i, f, g, o: c' = f·c + i·g, h = o·tanh(c').

struct Moved { gates: vec4f, hidden: f32, cell: f32 }

fn lstm_step(z: vec4f, cell: f32) -> Moved {
  let g = vec4f(sigmoid(z.x), sigmoid(z.y), tanh_(z.z), sigmoid(z.w));
  let c = g.y * cell + g.x * g.z;
  return Moved(g, g.w * tanh_(c), c);
}

// ∂L/∂z, and ∂L/∂c in place of the cell.
fn lstm_step_back(g: vec4f, cell: f32, d_hidden: f32, d_cell: f32) -> Moved {
  let s = tanh_(g.y * cell + g.x * g.z);
  let dc = d_cell + d_hidden * g.w * (1.0 - s * s);
  let slope = vec4f(g.x * (1.0 - g.x), g.y * (1.0 - g.y), 1.0 - g.z * g.z, g.w * (1.0 - g.w));
  return Moved(vec4f(dc * g.z, dc * cell, dc * g.x, d_hidden * s) * slope, 0.0, dc * g.y);
}
