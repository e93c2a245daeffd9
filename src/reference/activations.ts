/** Mirrors `shaders/lib/activations.wgsl`. float64 needs no clamp: Math.tanh saturates cleanly. */

/** σ(x) = 1/(1 + e^−x), written so that the exponential never overflows. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** tanh(x). */
export const tanh = Math.tanh;
