import type { Model } from './description.js';

/** Some floats of the flat parameters, multiples of 4. */
export interface Stretch { readonly from: number; readonly count: number }

/** Weights that lead from one input to the recurrent layer above it: a row inside. */
export function inputWeights({ layout }: Model, input: number): Stretch {
  const weight = layout.parameters.find(({ name }) => name.endsWith('weight_ih_l0'))!;
  return { from: weight.offset + input * weight.pitch, count: weight.pitch };
}

/** The recurrent weights of the first recurrent layer. */
export function recurrentWeights({ layout }: Model): Stretch | undefined {
  const weight = layout.parameters.find(({ name }) => name.endsWith('weight_hh_l0'));
  return weight && { from: weight.offset, count: weight.rows * weight.pitch };
}

/** The weights of the linear layer at the end. */
export function outputWeights({ layout, layers }: Model): Stretch {
  const weight = layout.parameters.find(({ name }) => name === `${layers.length - 1}.weight`)!;
  return { from: weight.offset, count: weight.rows * weight.pitch };
}
