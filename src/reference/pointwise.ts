/** What every cell gives the recurrence: one time step of its pointwise part, both ways. */
export interface StepShape {
  readonly batch: number;
  readonly units: number;
}

/** States of one time step in the order of `Cell.states` (hidden first), each [B, pad4(H)]. */
export type States = readonly Float64Array[];

export interface PointwiseCell {
  /** `gates` [B, H, lanes]: in z = W·x + b + R·h_{t−1}, out the activated gates. Writes `next` from `previous`. */
  forward(shape: StepShape, gates: Float64Array, previous: States, next: States): void;
  /**
   * `gates`: in as `forward` left them, out ∂loss/∂z. `gradients`: in ∂loss/∂next, out that part of ∂loss/∂previous
   * which does not pass through R.
   */
  backward(shape: StepShape, gates: Float64Array, previous: States, next: States, gradients: States): void;
}
