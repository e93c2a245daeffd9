/**
 * Softmax cross entropy in nats, with its gradient. Mirrors `shaders/cross_entropy.wgsl`.
 *
 *     loss[r] = w·(log Σ_n e^{x[r, n]} − x[r, target[r]])      w = mask[r]/Σ mask: the rows add up to the mean
 *     d[r, n] = w·(softmax(x[r])[n] − [n = target[r]])         the gradient of that mean
 *
 * x, d [rows, pitch ≥ columns]; targets, mask, loss [rows]. The maximum is taken out first: no exponential overflows.
 */
export interface CrossEntropyShape {
  readonly rows: number;
  readonly columns: number;
  readonly pitch: number;
}

/**
 * Writes `losses`, and `gradient` where one is given (it may be `logits` itself; pads are left alone). Without a mask
 * every row weighs 1. A mask that is zero everywhere gives zeros.
 * @returns the weight of all rows, Σ mask
 */
export function crossEntropy(
  shape: CrossEntropyShape, logits: Float64Array, targets: Uint32Array, losses: Float64Array,
  { gradient, mask }: { gradient?: Float64Array; mask?: Float64Array } = {},
): number {
  const { rows, columns, pitch } = shape;
  const total = mask ? mask.reduce((sum, m) => sum + m, 0) : rows;
  for (let r = 0; r < rows; r++) {
    const mine = mask ? mask[r] : 1;
    const weight = mine === 0 ? 0 : mine / total;
    const row = r * pitch;
    const target = row + targets[r];
    let max = -Infinity;
    for (let n = 0; n < columns; n++) max = Math.max(max, logits[row + n]);
    let sum = 0;
    for (let n = 0; n < columns; n++) sum += Math.exp(logits[row + n] - max);
    losses[r] = weight === 0 ? 0 : weight * (Math.log(sum) + max - logits[target]);
    if (!gradient) continue;
    for (let n = 0; n < columns; n++) gradient[row + n] = (weight * Math.exp(logits[row + n] - max)) / sum;
    gradient[target] -= weight;
  }
  return total;
}
