import { cellOf, type RecurrentDescription } from '../model/recurrent.js';
import type { Model } from '../model/description.js';
import { initialParameters } from '../model/initial.js';
import { type Initial, innerIndex, type Parameter } from '../model/layout.js';
import type { InitialValues } from '../tasks/task.js';

/** The model with its weights and biases drawn as a set-up says. */
export function withInitial(model: Model, { weights }: InitialValues): Model {
  // Gains, peepholes and the like keep what the cell says: papers speak of weights and biases.
  const initialOf = ({ name, initial, shape }: Parameter): Initial =>
    (weights && (shape.length > 1 || isBias(name)) ? weights : initial);
  const parameters = model.layout.parameters.map((parameter) => ({ ...parameter, initial: initialOf(parameter) }));
  return { ...model, layout: { ...model.layout, parameters } };
}

const isBias = (name: string): boolean => /(^|\.)bias/.test(name);

/** Initial parameters of a trial: as the model says, then what the set-up says of single weights. */
export function experimentParameters(model: Model, values: InitialValues, seed: number): Float32Array {
  const { bias, gates, shifts, recurrent, inputs } = values;
  const flat = initialParameters(model, seed);
  for (const parameter of model.layout.parameters) {
    const { name } = parameter;
    if (isBias(name) && bias !== undefined) fill(flat, parameter, () => bias);
    if (recurrent !== undefined && /\.weight_hh/.test(name)) fill(flat, parameter, () => recurrent);
    for (const [input, value] of inputs ?? []) {
      if (!name.endsWith('.weight_ih_l0')) continue;
      const columns = parameter.shape[1]!;
      fill(flat, parameter, (e) => (e % columns === input ? value : undefined));
    }
    if (!name.endsWith('_ih_l0')) continue;
    const gateOf = gateNames(model, parameter);
    if (gates && isBias(name)) fill(flat, parameter, (e, unit) => gates[gateOf(e)]?.[unit]);
    if (shifts && !isBias(name)) fill(flat, parameter, (e, _, now) => now + (shifts[gateOf(e)] ?? 0));
  }
  return flat;
}

/** Sets the elements, in PyTorch's order, for which there is a value; `unit` counts within a gate. */
function fill(
  flat: Float32Array, parameter: Parameter, value: (e: number, unit: number, now: number) => number | undefined,
): void {
  const { arrangement, shape } = parameter;
  const columns = shape[1] ?? 1;
  const units = arrangement.kind === 'gates' ? arrangement.units : shape[0]!;
  for (let e = 0; e < shape[0]! * columns; e++) {
    const at = innerIndex(parameter, e);
    const given = value(e, Math.floor(e / columns) % units, flat[at]!);
    if (given !== undefined) flat[at] = given;
  }
}

/** The gate that an element leads to: a row block of the parameter is the gate of its lane. */
function gateNames({ layers }: Model, { arrangement, shape }: Parameter): (e: number) => string {
  const layer = layers.find((each): each is RecurrentDescription => each.kind === 'recurrent')!;
  if (arrangement.kind !== 'gates') return () => '';
  const { units, blocks } = arrangement;
  const names = cellOf(layer, 0).gates;
  const columns = shape[1] ?? 1;
  return (e) => names[blocks[Math.floor(e / columns / units)]!]!;
}
