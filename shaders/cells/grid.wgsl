// Grid LSTM over depth and time, one unit at one time (Kalchbrenner et al. 2015, section 3.2): an LSTM along time and
// one along depth see the same z and move a cell state each.
//
//   c = f·c_{t−1} + i·g     h = o·tanh(c)           along time: gates of the first column
//   c↑ = f·c⁻ + i·g         h↑ = o·tanh(c↑)         along depth: gates of the second; c⁻ of the layer below, same time
//
// Columns of Gates are i, f, g, o; states are h, c, h↑, c↑. CPU twin: src/reference/grid.ts

#include "lib/lstm_step.wgsl"

// c⁻; nothing lies below the first layer.
fn below_of(unit: Unit) -> f32 {
#if ${BELOW}
  return unit.below;
#else
  return 0.0;
#endif
}

fn cell_forward(z: Gates, previous: State, unit: Unit) -> Forward {
  let time = lstm_step(z[0], previous[1]);
  let depth = lstm_step(z[1], below_of(unit));
  return Forward(Gates(time.gates, depth.gates), State(time.hidden, time.cell, depth.hidden, depth.cell));
}

fn cell_backward(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let time = lstm_step_back(gates[0], previous[1], d[0], d[1]);
  let depth = lstm_step_back(gates[1], below_of(unit), d[2], d[3]);
  var back = Backward();
  back.gates = Gates(time.gates, depth.gates);
  back.state[1] = time.cell;
#if ${BELOW}
  back.below = depth.cell;
#endif
  return back;
}
