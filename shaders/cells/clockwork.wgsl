// Clockwork RNN, one unit at one time (Koutník et al. 2014, equations 1 to 4): module m = 0, 1, … moves when the time
// is a multiple of 2^m, and else keeps its value.
//
//   h = tanh(z) where it moves, h_{t−1} elsewhere
//
// R has no entries from faster to slower modules: they are zero (src/model/layout.ts). States: h.
// CPU twin: src/reference/clockwork.ts

fn moves(unit: Unit) -> bool {
  let group = unit.index * ${MODULES}u / H;
  return (unit.time & ((1u << group) - 1u)) == 0u;
}

fn cell_forward(z: Gates, previous: State, unit: Unit) -> Forward {
  let h = select(previous[0], tanh_(z), moves(unit));
  return Forward(h, State(h));
}

fn cell_backward(h: Gates, previous: State, d: State, unit: Unit) -> Backward {
  if (moves(unit)) { return Backward(d[0] * (1.0 - h * h), State(0.0)); }
  return Backward(0.0, d);
}
