import { cellNamed } from '../cells/index.js';
import type { RecurrentDescription } from '../model/description.js';
import { pad4, type Parameter } from '../model/layout.js';
import { dropoutLayer, recurrentStateSize } from '../model/states.js';
import { dropout, type DropoutKey } from './dropout.js';
import { type InputProduct, inputProductBackward, inputProductForward } from './input-product.js';
import { type Context, findParameter, type Gradients, type LayerInput, type LayerPass, viewOf } from './layer-pass.js';
import { matmul } from './matmul.js';
import { recurrenceBackward, recurrenceForward, type RecurrenceShape } from './recurrence.js';

/** One of the stacked layers: where its parameters and states lie. */
interface Stacked {
  readonly shape: RecurrenceShape;
  readonly input: InputProduct;
  readonly weight: Parameter;
  /** Start of its states in the flat state array. */
  readonly stateOffset: number;
}

/**
 * Stacked recurrent layers over a window, [T, B, I] → [T, B, H]: for each, Z = X·W + b over all rows, then the
 * recurrence; dropout between layers, not after the last (PyTorch `nn.LSTM`). `stateOffset` is where the first
 * layer's states start.
 */
export function recurrentPass(
  context: Context, layer: RecurrentDescription, index: number, stateOffset: number, input: LayerInput,
): LayerPass {
  const tape: LayerPass[] = [];
  let current = input;
  for (let l = 0; l < layer.layers; l++) {
    const pass = stackedPass(context, stackedLayer(context, layer, index, l, stateOffset), current);
    tape.push(pass);
    current = pass.output;
    if (l + 1 < layer.layers && layer.dropout > 0 && context.dropout) {
      const key = { rate: layer.dropout, layer: dropoutLayer(index, l), ...context.dropout };
      tape.push(dropoutPass(key, current));
      current = tape[tape.length - 1].output;
    }
  }
  return { output: current, backward: (gradient, gradients) => backThrough(tape, gradient, gradients) };
}

/** Backward through layers in turn, last first. */
export function backThrough(
  tape: readonly LayerPass[], outputGradient: Float64Array, gradients: Gradients,
): Float64Array | undefined {
  let gradient: Float64Array | undefined = outputGradient;
  for (let i = tape.length - 1; i >= 0 && gradient; i--) gradient = tape[i].backward(gradient, gradients);
  return gradient;
}

function stackedLayer(
  { model, timeSteps, batch }: Context, layer: RecurrentDescription, index: number, l: number, stateOffset: number,
): Stacked {
  const cell = cellNamed(layer.cell);
  const biases = [`bias_ih_l${l}`, `bias_hh_l${l}`].map((name) => findParameter(model, index, name));
  return {
    shape: { cell, timeSteps, batch, units: layer.units },
    input: {
      weight: findParameter(model, index, `weight_ih_l${l}`)!,
      biases: biases.filter((bias) => bias !== undefined),
    },
    weight: findParameter(model, index, `weight_hh_l${l}`)!,
    stateOffset: stateOffset + recurrentStateSize({ ...layer, layers: l }, batch),
  };
}

/** Each state's stretch of a flat state array, [B, pad4(H)]. */
function stateViews({ shape: { cell, batch, units }, stateOffset }: Stacked, flat: Float64Array): Float64Array[] {
  const size = batch * pad4(units);
  return cell.states.map((_, k) => flat.subarray(stateOffset + k * size, stateOffset + (k + 1) * size));
}

function stackedPass(context: Context, stacked: Stacked, input: LayerInput): LayerPass {
  const { shape, weight } = stacked;
  const { timeSteps, batch, units } = shape;
  const slot = batch * pad4(units);
  const recurrent = viewOf(weight, context.parameters);

  const histories = stateViews(stacked, context.initialStates).map((initial) => {
    const history = new Float64Array((timeSteps + 1) * slot);
    history.set(initial);
    return history;
  });
  const gates = inputProductForward(context, stacked.input, input);
  recurrenceForward(shape, gates, recurrent, histories);
  stateViews(stacked, context.finalStates).forEach((final, k) => final.set(histories[k].subarray(timeSteps * slot)));

  return {
    output: { kind: 'values', values: histories[0].subarray(slot), width: units },
    backward(outputGradient, gradients) {
      const initial = recurrenceBackward(shape, gates, recurrent, histories, outputGradient);
      stateViews(stacked, gradients.initialStates).forEach((view, k) => view.set(initial[k]));
      const wide = weight.pitch; // gates now holds δZ [T·B, H·lanes]; δR = Σ_t h_{t−1}ᵀ·δz_t
      matmul(histories[0], gates, viewOf(weight, gradients.parameters), {
        rows: units, columns: weight.columns, inner: timeSteps * batch,
        pitchA: pad4(units), pitchB: wide, pitchC: wide, transposeA: true,
      });
      return inputProductBackward(context, stacked.input, input, gates, gradients);
    },
  };
}

function dropoutPass(key: DropoutKey, input: LayerInput): LayerPass {
  if (input.kind === 'tokens') throw new TypeError('dropout works on values, not on tokens');
  const values = new Float64Array(input.values.length);
  dropout(input.values, values, key);
  return {
    output: { ...input, values },
    backward(outputGradient) {
      dropout(outputGradient, outputGradient, key);
      return outputGradient;
    },
  };
}
