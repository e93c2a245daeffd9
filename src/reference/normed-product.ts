import type { Parameter } from '../model/layout.js';
import { columnSum } from './column-sum.js';
import { type InputProduct, inputProductBackward, inputProductForward } from './input-product.js';
import { type Context, type Gradients, type LayerInput, viewOf } from './layer-pass.js';
import { normalizeRow, normalizeRowBackward } from './row-norm.js';

/**
 * Z = LN(X·W)·γ + biases, each row normalised over all its gates (Ba, Kiros & Hinton 2016, equation 20); γ [columns].
 * Backward, with ⇐ the way back through LN:
 *
 *     δγ = Σ_rows δZ·LN(X·W)      δb = Σ_rows δZ      δ(X·W) = ⇐ (δZ·γ)
 */
export interface NormedProduct extends InputProduct {
  readonly gain: Parameter;
}

/** @returns Z, and how to go back: δZ (which becomes δ(X·W)) to δX; `undefined` for tokens. */
export function normedProduct(context: Context, { weight, biases, gain }: NormedProduct, input: LayerInput): {
  readonly out: Float64Array;
  backward(outGradient: Float64Array, gradients: Gradients): Float64Array | undefined;
} {
  const rows = context.timeSteps * context.batch;
  const { columns, pitch } = weight;
  const product = { weight, biases: [] };
  const normal = inputProductForward(context, product, input);
  const scales = Float64Array.from({ length: rows }, (_, r) =>
    normalizeRow(normal, r * pitch, normal, r * pitch, columns));
  const gains = viewOf(gain, context.parameters);
  const out = normal.map((value, e) => value * gains[e % pitch]);
  for (const bias of biases) {
    const added = viewOf(bias, context.parameters);
    out.forEach((_, e) => { out[e] += added[e % pitch]; });
  }
  return {
    out,
    backward(outGradient, gradients) {
      for (const bias of biases) {
        columnSum(outGradient, viewOf(bias, gradients.parameters), { rows, columns, pitch });
      }
      columnSum(outGradient.map((d, e) => d * normal[e]), viewOf(gain, gradients.parameters), { rows, columns, pitch });
      for (let r = 0; r < rows; r++) {
        const row = r * pitch;
        for (let n = 0; n < columns; n++) outGradient[row + n] *= gains[n];
        normalizeRowBackward(normal, row, outGradient, row, columns, scales[r]);
      }
      return inputProductBackward(context, product, input, outGradient, gradients);
    },
  };
}
