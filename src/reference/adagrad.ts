/**
 * s ← s + g²,  w ← w − rate·g/(√s + ε) (Duchi, Hazan & Singer 2011; PyTorch `Adagrad`). Mirrors
 * `shaders/optimizers/adagrad.wgsl`. All arrays have one value a parameter and are updated in place.
 */
export function adagradUpdate(
  weights: Float64Array, gradient: Float64Array, sum: Float64Array, rate: number, epsilon: number,
): void {
  for (let e = 0; e < weights.length; e++) {
    const g = gradient[e];
    sum[e] += g * g;
    weights[e] -= (rate * g) / (Math.sqrt(sum[e]) + epsilon);
  }
}
