/**
 * s ← α·s + (1 − α)·g²,  w ← w − rate·g/(√s + ε) (Tieleman & Hinton 2012; PyTorch `RMSprop`). Mirrors
 * `shaders/optimizers/rmsprop.wgsl`. All arrays have one value a parameter and are updated in place.
 */
export function rmspropUpdate(
  weights: Float64Array, gradient: Float64Array, square: Float64Array, rate: number,
  { alpha, epsilon }: { alpha: number; epsilon: number },
): void {
  for (let e = 0; e < weights.length; e++) {
    const g = gradient[e];
    square[e] = alpha * square[e] + (1 - alpha) * g * g;
    weights[e] -= (rate * g) / (Math.sqrt(square[e]) + epsilon);
  }
}
