/** Σ g², over the flat gradient. Mirrors `shaders/squared_norm.wgsl`. */
export function squaredNorm(gradient: Float64Array): number {
  let sum = 0;
  for (let e = 0; e < gradient.length; e++) sum += gradient[e] * gradient[e];
  return sum;
}
