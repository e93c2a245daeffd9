import { cellOf, directionsOf, directionWidth, type RecurrentDescription, recurrentWidth } from '../model/recurrent.js';
import { dropoutLayer } from '../model/states.js';
import { type DirectionPass, directionPass } from './direction-pass.js';
import { dropout, type DropoutKey } from './dropout.js';
import type { Context, Gradients, LayerInput, LayerPass } from './layer-pass.js';
import { join, split } from './side-by-side.js';

/**
 * Stacked recurrent layers over a window, [T, B, I] → [T, B, `recurrentWidth`]: for each and in each direction,
 * Z = X·W + b over all rows, then the recurrence; dropout between layers, not after the last (PyTorch `nn.LSTM`).
 * `stateOffset` is where the first layer's states start.
 */
export function recurrentPass(
  context: Context, layer: RecurrentDescription, index: number, stateOffset: number, input: LayerInput,
): LayerPass {
  const tape: LayerPass[] = [];
  let current = input;
  let below: readonly DirectionPass[] = [];
  for (let l = 0; l < layer.layers; l++) {
    const read = current;
    const lower = below;
    below = Array.from({ length: directionsOf(layer) }, (_, direction) =>
      directionPass(context, layer, { index, l, direction, stateOffset }, read, lower[direction]));
    tape.push(stackedPass(context, layer, below));
    current = tape[tape.length - 1].output;
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

/** Directions of one layer side by side, each with its outputs side by side: [h, h1, … forward | h, h1, … reverse]. */
function stackedPass(
  { timeSteps, batch, lengths }: Context, layer: RecurrentDescription, directions: readonly DirectionPass[],
): LayerPass {
  const outputs = cellOf(layer, 0).outputs.length;
  const shape = { timeSteps, batch, units: layer.units, width: directionWidth(layer) / outputs, lengths };
  return {
    output: {
      kind: 'values', values: join(directions.flatMap((direction) => direction.outputs), shape),
      width: recurrentWidth(layer),
    },
    backward(outputGradient, gradients) {
      const parts = split(outputGradient, directions.length * outputs, shape);
      const [first, second] = directions.map((direction, d) =>
        direction.backward(parts.slice(d * outputs, (d + 1) * outputs), gradients));
      if (first && second) for (let e = 0; e < first.length; e++) first[e] += second[e];
      return first;
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
