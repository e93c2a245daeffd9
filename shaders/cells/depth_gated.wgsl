// Depth-gated LSTM above another layer, one unit at one time (Yao et al. 2015, equations 7 to 9):
//
//   i, f, g, o as the LSTM's   d = σ(z_d + p₁·c_{t−1} + p₂·c⁻)      c⁻: cell state of the layer below, same time
//   c = d·c⁻ + f·c_{t−1} + i·g       h = o·tanh(c)
//
// Lanes of Gates are i, f, g, o in the first column and d in the second; states are h, c; own values are p₁, p₂.
// CPU twin: src/reference/depth-gated.ts

fn cell_forward(z: Gates, previous: State, unit: Unit) -> Forward {
  let i = sigmoid(z[0].x);
  let f = sigmoid(z[0].y);
  let g = tanh_(z[0].z);
  let o = sigmoid(z[0].w);
  let depth = sigmoid(z[1].x + unit.own.x * previous[1] + unit.own.y * unit.below);
  let c = depth * unit.below + f * previous[1] + i * g;
  return Forward(Gates(vec4f(i, f, g, o), vec4f(depth, 0.0, 0.0, 0.0)), State(o * tanh_(c), c));
}

fn cell_backward(gates: Gates, previous: State, d: State, unit: Unit) -> Backward {
  let i = gates[0].x;
  let f = gates[0].y;
  let g = gates[0].z;
  let o = gates[0].w;
  let depth = gates[1].x;
  let s = tanh_(depth * unit.below + f * previous[1] + i * g);
  let dc = d[1] + d[0] * o * (1.0 - s * s);
  let dz = dc * unit.below * depth * (1.0 - depth);
  var back = Backward();
  back.gates = Gates(
    vec4f(
      dc * g * i * (1.0 - i),
      dc * previous[1] * f * (1.0 - f),
      dc * i * (1.0 - g * g),
      d[0] * s * o * (1.0 - o),
    ),
    vec4f(dz, 0.0, 0.0, 0.0),
  );
  back.state = State(0.0, dc * f + dz * unit.own.x);
  back.own = vec4f(dz * previous[1], dz * unit.below, 0.0, 0.0);
  back.below = dc * depth + dz * unit.own.y;
  return back;
}
