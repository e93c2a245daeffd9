/**
 * A whole model on one window, forward and backward: one network, in float64. The GPU's counterpart is the recorded
 * programs of `src/layers/network.ts`.
 */
import { type LayerDescription, type Model, widthOf } from '../model/description.js';
import { pad4 } from '../model/layout.js';
import { recurrentStateSize, stateSize } from '../model/states.js';
import { crossEntropy } from './cross-entropy.js';
import { inputProductBackward, inputProductForward } from './input-product.js';
import { type Context, findParameter, type LayerInput, type LayerPass } from './layer-pass.js';
import { backThrough, recurrentPass } from './recurrent-layer.js';
import type { Window } from './window.js';

/** What one network is when a window comes. */
export interface NetworkState {
  /** [layout.size] */
  readonly parameters: Float64Array;
  /** States before the window, [stateSize(model, batch)]; absent: zero. */
  readonly states?: Float64Array;
  /** Where masks are drawn: the trial's seed and the training step. */
  readonly dropout?: { readonly seed: number; readonly step: number };
  /** Where the window starts in its sequence: clockwork modules count from there. 0 where absent. */
  readonly position?: number;
  /** What the way back records and adds; see {@link Context}. */
  readonly recorded?: Context['recorded'];
  readonly omega?: number;
}

/** What a model reads. */
export interface Sequences {
  /** Tokens [T, B], or rows of values [T, B, pad4(width)] where the model begins with `input(width)`. */
  readonly inputs: Uint32Array | Float64Array;
  readonly timeSteps: number;
  readonly batch: number;
  /** Time steps of each row [B]; absent: all. */
  readonly lengths?: ArrayLike<number>;
}

export interface ForwardPass {
  /** [T, B, pad4(outputs)], pads zero */
  readonly logits: Float64Array;
  /** States after the window, [stateSize(model, batch)]. */
  readonly states: Float64Array;
  /** The layers' entries, first to last. */
  readonly tape: readonly LayerPass[];
}

/** The model's outputs for `inputs`. */
export function forward(
  model: Model, { parameters, states, dropout, position = 0, recorded, omega }: NetworkState,
  { inputs, timeSteps, batch, lengths }: Sequences,
): ForwardPass {
  const size = stateSize(model, batch);
  const context: Context = {
    model, timeSteps, batch, lengths, parameters, dropout, position, recorded, omega,
    initialStates: states ?? new Float64Array(size), finalStates: new Float64Array(size),
  };
  const tape: LayerPass[] = [];
  let current: LayerInput = inputs instanceof Uint32Array
    ? { kind: 'tokens', ids: inputs }
    : { kind: 'values', values: inputs, width: widthOf(model.layers[0]) };
  let stateOffset = 0;
  model.layers.forEach((layer, index) => {
    if (layer.kind === 'input' || layer.kind === 'oneHot') return; // the next layer reads rows, or gathers by token
    const pass = layer.kind === 'recurrent'
      ? recurrentPass(context, layer, index, stateOffset, current)
      : productPass(context, layer, index, current);
    if (layer.kind === 'recurrent') stateOffset += recurrentStateSize(layer, batch);
    tape.push(pass);
    current = pass.output;
  });
  return { logits: valuesOf(current), states: context.finalStates, tape };
}

export interface LossAndGradient {
  /** Mean over the counted predictions, in nats. */
  readonly loss: number;
  /** ∂loss/∂parameters, [layout.size], pads zero. */
  readonly gradient: Float64Array;
  /** States after the window. */
  readonly states: Float64Array;
  /** ∂loss/∂(states before the window). */
  readonly stateGradient: Float64Array;
}

/** Loss of the window's predictions and its gradient, by backpropagation through the window's T steps. */
export function lossAndGradient(model: Model, network: NetworkState, window: Window): LossAndGradient {
  const { logits, states, tape } = forward(model, network, window);
  const logitsGradient = new Float64Array(logits.length);
  const { loss } = meanLoss(model, logits, window, logitsGradient);
  const gradients = {
    parameters: new Float64Array(model.layout.size),
    initialStates: new Float64Array(states.length),
  };
  backThrough(tape, logitsGradient, gradients);
  return { loss, gradient: gradients.parameters, states, stateGradient: gradients.initialStates };
}

/** Mean loss of a window and the number of counted predictions, without going back. */
export function evaluateWindow(
  model: Model, network: NetworkState, window: Window,
): { loss: number; count: number; states: Float64Array } {
  const { logits, states } = forward(model, network, window);
  return { ...meanLoss(model, logits, window), states };
}

/** Writes ∂loss/∂logits to `gradient` where one is given. */
function meanLoss(
  { outputs }: Model, logits: Float64Array, { targets, mask }: Window, gradient?: Float64Array,
): { loss: number; count: number } {
  const losses = new Float64Array(targets.length);
  const shape = { rows: targets.length, columns: outputs, pitch: pad4(outputs) };
  const count = crossEntropy(shape, logits, targets, losses, { gradient, mask });
  return { loss: losses.reduce((a, b) => a + b, 0), count };
}

/** Embedding and linear layers: one product of all rows with a matrix. */
function productPass(context: Context, { kind }: LayerDescription, index: number, input: LayerInput): LayerPass {
  const weight = findParameter(context.model, index, 'weight')!;
  const bias = kind === 'linear' ? findParameter(context.model, index, 'bias') : undefined;
  const product = { weight, biases: bias ? [bias] : [] };
  return {
    output: { kind: 'values', values: inputProductForward(context, product, input), width: weight.columns },
    backward: (outputGradient, gradients) =>
      inputProductBackward(context, product, input, outputGradient, gradients),
  };
}

function valuesOf(output: LayerInput): Float64Array {
  if (output.kind === 'tokens') throw new TypeError('the model has no layer after its input');
  return output.values;
}
