import { pad4, type Parameter } from '../model/layout.js';
import { cellOf, layerSuffix, type RecurrentDescription } from '../model/recurrent.js';
import { recurrenceLayer, stateBlocks } from '../model/states.js';
import type { States } from './cell-step.js';
import { inputProductBackward, inputProductForward } from './input-product.js';
import { type Context, findParameter, type Gradients, type LayerInput, viewOf } from './layer-pass.js';
import { normedProduct } from './normed-product.js';
import { omegaAndGradient } from './omega.js';
import { Recurrence, type RecurrenceShape } from './recurrence.js';
import { recurrentDropoutMask } from './recurrent-dropout.js';
import { clearUntrained } from './untrained.js';
import { stayShares } from './zoneout.js';

/** Which of the stacked layers of model layer `index`, and which direction: 0 forward, 1 reverse. */
export interface Place {
  readonly index: number;
  readonly l: number;
  readonly direction: number;
  /** Where the states of model layer `index` begin in the flat states. */
  readonly stateOffset: number;
}

/** One stacked layer in one direction, over a window. */
export interface DirectionPass {
  /** For each of `Cell.outputs`, [T, B, pad4(H)]. */
  readonly outputs: States;
  /** The history that the layer above reads, and the gradient [T, B, pad4(H)] that it leaves for it. */
  readonly shared?: { readonly history: Float64Array; readonly gradient: Float64Array };
  /** From ∂L/∂outputs to ∂L/∂input (undefined for tokens); fills this direction's share of `gradients`. */
  backward(outputGradients: States, gradients: Gradients): Float64Array | undefined;
}

/** Z = X·W + b over all rows, then the recurrence. `below` is the same direction of the layer below. */
export function directionPass(
  context: Context, layer: RecurrentDescription, place: Place, input: LayerInput, below?: DirectionPass,
): DirectionPass {
  const shape = shapeOf(context, layer, place);
  const { cell, timeSteps, batch, units } = shape;
  const slot = batch * pad4(units);
  const [first, last] = shape.reverse ? [timeSteps, 0] : [0, timeSteps];
  const parameters = parametersOf(context, shape, place);
  const { weights, own } = parameters;
  const views = (flat: Float64Array) => ({
    weights: weights.map((phase) => phase.map((weight) => viewOf(weight, flat))),
    own: own && viewOf(own, flat),
  });

  const product = inputPass(context, parameters, input);
  const histories = cell.states.map(() => new Float64Array((timeSteps + 1) * slot));
  stateViews(context, layer, place, context.initialStates)
    .forEach((initial, s) => histories[s].set(initial, first * slot));
  const read = cell.below?.reads ? below?.shared : undefined;
  const recurrence = new Recurrence(shape, {
    gates: product.out, histories, ...views(context.parameters), below: read?.history,
    ...heldBack(context, layer, place, shape),
  });
  recurrence.forward();
  stateViews(context, layer, place, context.finalStates)
    .forEach((final, s) => final.set(histories[s].subarray(last * slot, (last + 1) * slot)));

  const shared = cell.below && { history: histories[cell.below.state], gradient: new Float64Array(timeSteps * slot) };
  const start = shape.reverse ? 0 : slot;
  return {
    outputs: cell.outputs.map((state) => histories[state].subarray(start, start + timeSteps * slot)),
    shared,
    backward(outputs, gradients) {
      const gates = context.recorded && product.out.slice(); // the way back writes over them
      const records = context.recorded || context.omega
        ? outputs.map(({ length }) => new Float64Array(length)) : undefined;
      const initial = recurrence.backward({
        outputs, above: shared?.gradient,
        final: gradients.finalStates && stateViews(context, layer, place, gradients.finalStates),
      }, { ...views(gradients.parameters), below: read?.gradient }, records);
      if (records) {
        const gradient = besides(shape, records, context.lengths);
        const [weights, into] = [context.parameters, gradients.parameters].map((flat) => views(flat).weights[0]?.[0]);
        const omega = context.omega
          ? omegaAndGradient(
            { ...shape, lanes: cell.lanes, lengths: context.lengths }, { weights, dz: product.out, delta: gradient },
            into, context.omega)
          : undefined;
        const { index, l: layer, direction } = place;
        context.recorded?.push({ index, layer, direction, gradient, gates: gates!, omega });
      }
      stateViews(context, layer, place, gradients.initialStates).forEach((view, s) => view.set(initial[s]));
      const inputGradient = product.backward(product.out, gradients); // ∂L/∂Z by now
      parameters.all.forEach((parameter) => clearUntrained(parameter, gradients.parameters));
      return inputGradient;
    },
  };
}

/** Records side by side, [T, B, records·pad4(H)], 0 past a row's end. */
function besides(
  { timeSteps, batch, units }: RecurrenceShape, records: States, lengths?: ArrayLike<number>,
): Float64Array {
  const pitch = pad4(units);
  const all = new Float64Array(timeSteps * batch * pitch * records.length);
  for (let row = 0; row < timeSteps * batch; row++) {
    if (lengths && Math.floor(row / batch) >= lengths[row % batch]) continue;
    records.forEach((record, k) =>
      all.set(record.subarray(row * pitch, (row + 1) * pitch), (row * records.length + k) * pitch));
  }
  return all;
}

function shapeOf(
  { timeSteps, batch, position }: Context, layer: RecurrentDescription, { l, direction }: Place,
): RecurrenceShape {
  return { cell: cellOf(layer, l), timeSteps, batch, units: layer.units, reverse: direction === 1, position };
}

/** The parameters of one stacked layer and direction, by what they are for. */
function parametersOf({ model }: Context, { cell }: RecurrenceShape, { index, l, direction }: Place) {
  const find = (name: string) => findParameter(model, index, name + layerSuffix(l, direction));
  const weight = find('weight_ih')!;
  const weights = cell.phases.map(({ products }) => products.map(({ name }) => find(name)!));
  const biases = ['bias_ih', 'bias_hh'].map(find).filter((bias) => bias !== undefined);
  const own = cell.own && find(cell.own.name);
  const gain = cell.normed ? find('gain_ih') : undefined;
  const all = [weight, ...weights.flat(), ...biases, own, gain].filter((parameter) => parameter !== undefined);
  return { weight, weights, biases, own, gain, all };
}

/** Z and how to go back from δZ: normalised where the layer has a gain. */
function inputPass(
  context: Context,
  { weight, biases, gain }: { weight: Parameter; biases: readonly Parameter[]; gain?: Parameter },
  input: LayerInput,
): ReturnType<typeof normedProduct> {
  if (gain) return normedProduct(context, { weight, biases, gain }, input);
  const product = { weight, biases };
  return {
    out: inputProductForward(context, product, input),
    backward: (outGradient, gradients) => inputProductBackward(context, product, input, outGradient, gradients),
  };
}

/** What keeps h from the recurrent weights, and states from moving. */
function heldBack(
  { dropout, lengths }: Context, { recurrentDropout, zoneout }: RecurrentDescription, { index, l, direction }: Place,
  shape: RecurrenceShape,
) {
  const key = dropout && { ...dropout, layer: recurrenceLayer(index, l, direction) };
  return {
    mask: key && recurrentDropout > 0
      ? recurrentDropoutMask(recurrentDropout, shape.batch * pad4(shape.units), key) : undefined,
    shares: stayShares(shape, { zoneout, key, lengths }),
  };
}

/** Stretches [B, pad4(H)] of this direction's carried states in a flat state array. */
function stateViews(
  { batch }: Context, layer: RecurrentDescription, { l, direction, stateOffset }: Place, flat: Float64Array,
): Float64Array[] {
  return stateBlocks(layer, batch, stateOffset)
    .filter((block) => block.layer === l && block.direction === direction)
    .map(({ offset, pitch }) => flat.subarray(offset, offset + batch * pitch));
}
