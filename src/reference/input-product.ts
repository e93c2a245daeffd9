import { pad4, type Parameter } from '../model/layout.js';
import { columnSum } from './column-sum.js';
import { embeddingBackward, embeddingForward } from './embedding.js';
import { type Context, type Gradients, type LayerInput, viewOf } from './layer-pass.js';
import { matmul } from './matmul.js';

/**
 * Y = X·W + biases over all T·B rows: a matmul for values, a gather of rows of W for tokens (X one-hot). It is the
 * linear layer, and the input part of a recurrent one.
 * W [inputs, columns], Y [T·B, W's pitch].
 */
export interface InputProduct {
  readonly weight: Parameter;
  /** None, one or two vectors [columns]; they get equal gradients. */
  readonly biases: readonly Parameter[];
}

export function inputProductForward(
  context: Context, { weight, biases }: InputProduct, input: LayerInput,
): Float64Array {
  const rows = context.timeSteps * context.batch;
  const { columns, pitch } = weight;
  const w = viewOf(weight, context.parameters);
  const added = biases.map((bias) => viewOf(bias, context.parameters));
  const out = new Float64Array(rows * pitch);
  if (input.kind === 'tokens') {
    embeddingForward(input.ids, w, out, { rows, columns, pitch }, added);
  } else {
    const { values, width } = input;
    matmul(values, w, out, {
      rows, columns, inner: width, pitchA: pad4(width), pitchB: pitch, pitchC: pitch,
    }, added);
  }
  return out;
}

/** δW = Xᵀ·δY, δb = Σ_rows δY; returns δX = δY·Wᵀ, undefined for tokens. */
export function inputProductBackward(
  context: Context, { weight, biases }: InputProduct, input: LayerInput, outGradient: Float64Array,
  gradients: Gradients,
): Float64Array | undefined {
  const rows = context.timeSteps * context.batch;
  const { columns, pitch } = weight;
  for (const bias of biases) {
    columnSum(outGradient, viewOf(bias, gradients.parameters), { rows, columns, pitch });
  }
  const weightGradient = viewOf(weight, gradients.parameters);
  if (input.kind === 'tokens') {
    embeddingBackward(input.ids, outGradient, weightGradient, { rows, columns, pitch });
    return undefined;
  }
  const { values, width } = input;
  const pitchX = pad4(width);
  matmul(values, outGradient, weightGradient, {
    rows: width, columns, inner: rows, pitchA: pitchX, pitchB: pitch, pitchC: pitch, transposeA: true,
  });
  const inputGradient = new Float64Array(rows * pitchX);
  matmul(outGradient, viewOf(weight, context.parameters), inputGradient, {
    rows, columns: width, inner: columns, pitchA: pitch, pitchB: pitch, pitchC: pitchX, transposeB: true,
  });
  return inputGradient;
}
