// The norm of a row: y = (x − mean)·scale, scale = 1/√(variance + 10⁻⁵), the variance biased (Ba, Kiros & Hinton 2016,
// equation 4). Every thread of a row takes it for itself, in the same order: it costs what the product does, and no
// barrier. shaders/normalise.wgsl takes the same norm, a thread a row. CPU twin: src/reference/row-norm.ts

struct Norm { mean: f32, scale: f32 }

fn sum4(x: vec4f) -> f32 { return dot(x, vec4f(1.0)); }

// Of the QUARTETS vec4f of gates from `first` on.
fn norm_of_gates(first: u32) -> Norm {
  const n = GATE_PITCH;
  var sum = 0.0;
  for (var i = 0u; i < n; i++) { sum += sum4(gates[first + i]); }
  let mean = sum / f32(4u * n);
  var squares = 0.0;
  for (var i = 0u; i < n; i++) {
    let d = gates[first + i] - mean;
    squares += dot(d, d);
  }
  return Norm(mean, inverseSqrt(squares / f32(4u * n) + 1e-5));
}

// Of a history's H units from `first` on.
fn norm_of_units(first: u32) -> Norm {
  var sum = 0.0;
  for (var u = 0u; u < H; u++) { sum += pick(states[first + u / UNITS], u % UNITS); }
  let mean = sum / f32(H);
  var squares = 0.0;
  for (var u = 0u; u < H; u++) {
    let d = pick(states[first + u / UNITS], u % UNITS) - mean;
    squares += d * d;
  }
  return Norm(mean, inverseSqrt(squares / f32(H) + 1e-5));
}
