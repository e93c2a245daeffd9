/**
 * Adam with bias correction (Kingma & Ba 2015, algorithm 1; ε as in PyTorch `Adam`). Mirrors
 * `shaders/optimizers/adam.wgsl`.
 *
 *     m ← β₁·m + (1 − β₁)·g     v ← β₂·v + (1 − β₂)·g²
 *     w ← w − rate·m̂/(√v̂ + ε),  m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ)
 *
 * All arrays have one value a parameter and are updated in place. `t` counts from 1.
 */
export function adamUpdate(
  weights: Float64Array, gradient: Float64Array, mean: Float64Array, square: Float64Array, rate: number, t: number,
  { beta1, beta2, epsilon }: { beta1: number; beta2: number; epsilon: number },
): void {
  const stepSize = rate / (1 - beta1 ** t);
  const root = Math.sqrt(1 - beta2 ** t);
  for (let e = 0; e < weights.length; e++) {
    const g = gradient[e];
    const m = beta1 * mean[e] + (1 - beta1) * g;
    const v = beta2 * square[e] + (1 - beta2) * g * g;
    mean[e] = m;
    square[e] = v;
    weights[e] -= (stepSize * m) / (Math.sqrt(v) / root + epsilon);
  }
}
