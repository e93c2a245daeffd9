import { packParameter, type ParameterLayout, unpackParameter } from '../model/layout.js';

/** A parameter's values in PyTorch's shape and order. */
export interface NamedParameter { readonly shape: readonly number[]; readonly values: Float32Array }

/** A trial's parameters of a flat array under PyTorch's names. */
export const namedParameters = (
  layout: ParameterLayout, flat: ArrayLike<number>, trial: number,
): Map<string, NamedParameter> => new Map(layout.parameters.map((parameter) => [
  parameter.name, { shape: parameter.shape, values: unpackParameter(parameter, flat, trial * layout.size) },
]));

/**
 * Replaces some of a trial's parameters in a flat array.
 * @throws RangeError for a name that the model does not have, or a wrong number of values
 */
export function replaceParameters(
  layout: ParameterLayout, flat: { [i: number]: number },
  values: Iterable<readonly [name: string, values: ArrayLike<number>]>, trial: number,
): void {
  for (const [name, given] of values) {
    const parameter = layout.parameters.find((candidate) => candidate.name === name);
    if (!parameter) {
      const known = layout.parameters.map((p) => p.name).join(', ');
      throw new RangeError(`there is no parameter "${name}": the model has ${known}`);
    }
    packParameter(parameter, given, flat, trial * layout.size);
  }
}
