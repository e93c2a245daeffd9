// LSTM of 1997, one memory-cell block at one time (Hochreiter & Schmidhuber 1997, section 4): a unit is a block of SIZE
// cells j, which share an input gate i and an output gate o. No forget gate.
//
//   i = σ(z_i)   o = σ(z_o)   g_j = 4σ(z_j) − 2   c_j = c_j,t−1 + i·g_j   h_j = o·(2σ(c_j) − 1)
//
// Lanes of Gates are i, o, then g_j; states are h_j, then i, o, then c_j: the next step's z sees h, i and o.
// CPU twin: src/reference/lstm-1997.ts

const SIZE = ${SIZE}u;
const CELLS = SIZE + 2u; // first c_j among the states

// Lanes by number: there are as many as the block's size says.
fn lane(gates: Gates, i: u32) -> f32 {
#if ${FOUR_LANES}
  return gates[i];
#else
  return gates[i / 4u][i % 4u];
#endif
}

fn set_lane(gates: ptr<function, Gates>, i: u32, x: f32) {
#if ${FOUR_LANES}
  (*gates)[i] = x;
#else
  (*gates)[i / 4u][i % 4u] = x;
#endif
}

fn cell_forward(z: Gates, previous: State, unit: Unit) -> Forward {
  let i = sigmoid(lane(z, 0u));
  let o = sigmoid(lane(z, 1u));
  var gates = Gates();
  var state = State();
  set_lane(&gates, 0u, i);
  set_lane(&gates, 1u, o);
  state[SIZE] = i;
  state[SIZE + 1u] = o;
  for (var j = 0u; j < SIZE; j++) {
    let g = 4.0 * sigmoid(lane(z, 2u + j)) - 2.0;
    let c = previous[CELLS + j] + i * g;
    set_lane(&gates, 2u + j, g);
    state[j] = o * (2.0 * sigmoid(c) - 1.0);
    state[CELLS + j] = c;
  }
  return Forward(gates, state);
}

fn cell_backward(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let i = lane(gates, 0u);
  let o = lane(gates, 1u);
  var di = d[SIZE];
  var d_o = d[SIZE + 1u];
  var dz = Gates();
  var direct = State();
  for (var j = 0u; j < SIZE; j++) {
    let g = lane(gates, 2u + j);
    let s = 2.0 * sigmoid(previous[CELLS + j] + i * g) - 1.0;
    let dc = d[CELLS + j] + d[j] * o * 0.5 * (1.0 - s * s);
    di += dc * g;
    d_o += d[j] * s;
    set_lane(&dz, 2u + j, dc * i * (1.0 - 0.25 * g * g));
    direct[CELLS + j] = dc;
  }
  set_lane(&dz, 0u, di * i * (1.0 - i));
  set_lane(&dz, 1u, d_o * o * (1.0 - o));
  return Backward(dz, direct);
}
