// LSTM with a recurrent projection, one unit at one time (Sak et al. 2014; PyTorch's proj_size), in two phases:
//
//   0   i, f, g, o and c as the LSTM's      writes c and m = o·tanh(c)
//   1   h = W_hr·m, a product alone         writes h, which is narrower
//
// Lanes of Gates are i, f, g, o; states are h, c, m. CPU twin: src/reference/lstm-projected.ts

#include "lib/lstm_step.wgsl"

fn cell_forward0(z: Gates, previous: State, unit: Unit) -> Forward {
  let next = lstm_step(z, previous[1]);
  return Forward(next.gates, State(0.0, next.cell, next.hidden));
}

// Phase 0 back gathers ∂L/∂h; this is phase 1, from ∂L/∂m.
fn cell_backward1(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let back = lstm_step_back(gates, previous[1], d[2], d[1]);
  return Backward(back.gates, State(0.0, back.cell, 0.0));
}
