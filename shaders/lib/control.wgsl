// What one training step is told: a record a trial, written before each submit. CPU side: src/kernels/control.ts

struct Control {
  seed: u32,
  step: u32,         // steps done before this one
  cursor: u32,       // position of the window in each stream
  keep: f32,         // 1 carries the state over from the last window, 0 starts from zero
  rate: f32,
  correction1: f32,  // Adam's 1 − β1^t and 1 − β2^t, powers taken in float64
  correction2: f32,
  temperature: f32,  // sampling alone
  first: u32,        // time steps of the window before this segment: 0 where a window is not cut
}
const CONTROL_WORDS = 9u;
