/**
 * v ← μ·v + g,  w ← w − rate·v (PyTorch `SGD`; Polyak 1964). Mirrors `shaders/optimizers/sgd.wgsl`.
 * All arrays have one value a parameter and are updated in place.
 */
export function sgdUpdate(
  weights: Float64Array, gradient: Float64Array, velocity: Float64Array, rate: number, momentum: number,
): void {
  for (let e = 0; e < weights.length; e++) {
    velocity[e] = momentum * velocity[e] + gradient[e];
    weights[e] -= rate * velocity[e];
  }
}
