// Grid LSTM over depth and time, one unit at one time (Kalchbrenner et al. 2015, section 3.2): an LSTM along time and
// one along depth see the same z and move a cell state each.
//
//   c = f·c_{t−1} + i·g     h = o·tanh(c)           along time: gates of the first column
//   c↑ = f·c⁻ + i·g         h↑ = o·tanh(c↑)         along depth: gates of the second; c⁻ of the layer below, same time
//
// Columns of Gates are i, f, g, o; states are h, c, h↑, c↑. CPU twin: src/reference/grid.ts

struct Moved { gates: vec4f, hidden: f32, cell: f32 }

fn lstm(z: vec4f, cell: f32) -> Moved {
  let g = vec4f(sigmoid(z.x), sigmoid(z.y), tanh_(z.z), sigmoid(z.w));
  let c = g.y * cell + g.x * g.z;
  return Moved(g, g.w * tanh_(c), c);
}

// ∂L/∂z, and ∂L/∂(cell state before) in place of the cell.
fn lstm_backward(g: vec4f, cell: f32, d_hidden: f32, d_cell: f32) -> Moved {
  let s = tanh_(g.y * cell + g.x * g.z);
  let dc = d_cell + d_hidden * g.w * (1.0 - s * s);
  let dz = vec4f(dc * g.z, dc * cell, dc * g.x, d_hidden * s);
  let slope = vec4f(g.x * (1.0 - g.x), g.y * (1.0 - g.y), 1.0 - g.z * g.z, g.w * (1.0 - g.w));
  return Moved(dz * slope, 0.0, dc * g.y);
}

fn below_of(unit: Unit) -> f32 {
#if ${BELOW}
  return unit.below;
#else
  return 0.0;
#endif
}

fn cell_forward(z: Gates, previous: State, unit: Unit) -> Forward {
  let time = lstm(z[0], previous[1]);
  let depth = lstm(z[1], below_of(unit));
  return Forward(Gates(time.gates, depth.gates), State(time.hidden, time.cell, depth.hidden, depth.cell));
}

fn cell_backward(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let time = lstm_backward(gates[0], previous[1], d[0], d[1]);
  let depth = lstm_backward(gates[1], below_of(unit), d[2], d[3]);
  var back = Backward();
  back.gates = Gates(time.gates, depth.gates);
  back.state[1] = time.cell;
#if ${BELOW}
  back.below = depth.cell;
#endif
  return back;
}
