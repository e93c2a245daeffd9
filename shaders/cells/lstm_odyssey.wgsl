// LSTM with peepholes and its variants, one unit at one time (Greff et al. 2015, "LSTM: a search space odyssey"):
//
//   i = σ(z_i + p_i·c_{t−1})   f = σ(z_f + p_f·c_{t−1})   g = tanh(z_g)   o = σ(z_o + p_o·c)
//   c = f·c_{t−1} + i·g        h = o·tanh(c)
//
// Switches: INPUT_GATE, FORGET_GATE, OUTPUT_GATE (else 1), COUPLED (f = 1 − i), INPUT_TANH, OUTPUT_TANH (else the
// identity), PEEPHOLES, RECURRENT_GATES (i, f and o are states that feed the gates of the next time).
// Lanes of Gates are i, f, g, o; states are h, c[, i, f, o]; own values are p_i, p_f, –, p_o.
// CPU twin: src/reference/lstm-odyssey.ts

fn peepholes(unit: Unit) -> vec4f {
#if ${PEEPHOLES}
  return unit.own;
#else
  return vec4f();
#endif
}

fn gate(open: bool, z: f32) -> f32 { return select(1.0, sigmoid(z), open); }
fn slope(open: bool, gate: f32) -> f32 { return select(0.0, gate * (1.0 - gate), open); }

fn cell_forward(z: Gates, previous: State, unit: Unit) -> Forward {
  let p = peepholes(unit);
  let i = gate(${INPUT_GATE}, z.x + p.x * previous[1]);
  let f = select(gate(${FORGET_GATE}, z.y + p.y * previous[1]), 1.0 - i, ${COUPLED});
  let g = select(z.z, tanh_(z.z), ${INPUT_TANH});
  let c = f * previous[1] + i * g;
  let o = gate(${OUTPUT_GATE}, z.w + p.w * c);
  var state = State();
  state[0] = o * select(c, tanh_(c), ${OUTPUT_TANH});
  state[1] = c;
#if ${RECURRENT_GATES}
  state[2] = i;
  state[3] = f;
  state[4] = o;
#endif
  return Forward(Gates(i, f, g, o), state);
}

fn cell_backward(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let p = peepholes(unit);
  let i = gates.x;
  let f = gates.y;
  let g = gates.z;
  let o = gates.w;
  let c = f * previous[1] + i * g;
  let s = select(c, tanh_(c), ${OUTPUT_TANH});
#if ${RECURRENT_GATES}
  let d_gates = vec3f(d[2], d[3], d[4]);
#else
  let d_gates = vec3f();
#endif
  let dz_o = (d[0] * s + d_gates.z) * slope(${OUTPUT_GATE}, o);
  let dc = d[1] + d[0] * o * select(1.0, 1.0 - s * s, ${OUTPUT_TANH}) + dz_o * p.w;
  let df = dc * previous[1] + d_gates.y;
  let dz_f = df * slope(${FORGET_GATE} && !${COUPLED}, f);
  let dz_i = (dc * g + d_gates.x - select(0.0, df, ${COUPLED})) * slope(${INPUT_GATE}, i);
  let dz_g = dc * i * select(1.0, 1.0 - g * g, ${INPUT_TANH});
  var back = Backward();
  back.gates = Gates(dz_i, dz_f, dz_g, dz_o);
  back.state[1] = dc * f + dz_i * p.x + dz_f * p.y;
#if ${PEEPHOLES}
  back.own = vec4f(dz_i * previous[1], dz_f * previous[1], 0.0, dz_o * c);
#endif
  return back;
}
