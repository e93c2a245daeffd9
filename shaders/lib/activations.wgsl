// Activations that stay finite: WGSL may assume that no NaN or infinity occurs, and some drivers' tanh is indeterminate
// past ±88. Beyond ±15 tanh is ±1 in float32; σ is cut at ±87, where e^87 is still finite and σ below 1.7e-38. Near 0
// WGSL allows tanh an error of 1e-5, as of a difference of exponentials: there the series is exact to float32.
// CPU twin: src/reference/activations.ts

fn tanh_(x: f32) -> f32 {
  let s = x * x;
  return select(tanh(clamp(x, -15.0, 15.0)), x - x * s * (1.0 / 3.0 - s * (2.0 / 15.0)), s < 0.005);
}

fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-clamp(x, -87.0, 87.0)));
}
