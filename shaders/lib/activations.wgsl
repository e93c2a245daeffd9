// Activations that stay finite: WGSL may assume that no NaN or infinity occurs, and some drivers' tanh is indeterminate
// past ±88. Beyond ±15 tanh is ±1 in float32; σ is cut at ±87, where e^87 is still finite and σ below 1.7e-38.
// CPU twin: src/reference/activations.ts

fn tanh_(x: f32) -> f32 {
  return tanh(clamp(x, -15.0, 15.0));
}

fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-clamp(x, -87.0, 87.0)));
}
