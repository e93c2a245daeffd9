import { type Cell, cellNamed } from '../cells/index.js';
import { dropout } from '../kernels/dropout.js';
import { type RecurrenceShape } from '../kernels/recurrence.js';
import { sequence } from '../kernels/sequence.js';
import { sequenceBackward } from '../kernels/sequence-backward.js';
import { step } from '../kernels/step.js';
import { stepBackward } from '../kernels/step-backward.js';
import { transpose } from '../kernels/transpose.js';
import { carry } from '../kernels/carry.js';
import { parameterName, type RecurrentDescription } from '../model/description.js';
import { pad4, pad64, type Parameter } from '../model/layout.js';
import { dropoutLayer } from '../model/states.js';
import type { View } from '../schedule/program.js';
import { gather, gatherBackward } from './embedding.js';
import { biasGradient, inputGradient, product, weightGradient } from './linear.js';
import { type Activation, type Lowered, type Lowering, parameterNamed, parameterView, type Rows } from './lowering.js';

/** Where a group of stacked recurrent layers stands in the model. */
export interface RecurrentPlace {
  readonly description: RecurrentDescription;
  /** Index of the layer in the model. */
  readonly index: number;
  /** Carried states of the whole model, [stateSize] a trial, and where this group's begin. */
  readonly states: View;
  readonly stateOffset: number;
}

/** One layer's parameters and its activations in memory. */
interface Layer {
  readonly label: string;
  readonly input: Activation;
  readonly inputWeight: Parameter;
  readonly recurrentWeight: Parameter;
  readonly biases: readonly Parameter[];
  /** Z, then the activated gates, then dZ: [T, B, H] gate vectors. */
  readonly gates: View;
  readonly history: { readonly hidden: View; readonly cell: View };
  readonly shape: RecurrenceShape;
}

/**
 * Stacked recurrent layers, [T·B, I] → [T·B, H]. A layer is: the input product over all time steps, the driver through
 * time, and dropout before the next; backward mirrors it.
 */
export function lowerRecurrent(lowering: Lowering, input: Activation, place: RecurrentPlace): Lowered {
  const { description } = place;
  const cell = cellNamed(description.cell);
  const histories = lowerHistories(lowering, cell, place);
  const layers: Layer[] = [];
  let below = input;
  for (let l = 0; l < description.layers; l++) {
    const layer = describeLayer(lowering, cell, place, l, below, histories.ofLayer(l));
    layers.push(layer);
    lowerInput(lowering, layer);
    advance(lowering, layer);
    below = outputRows(lowering, layer);
    if (l + 1 < description.layers) below = lowerDropout(lowering, place, l, below);
  }
  histories.carryOut();
  return {
    output: outputRows(lowering, layers.at(-1)!),
    backward(gradient, needed) {
      let current: View | undefined = gradient;
      for (let l = layers.length - 1; l >= 0; l--) {
        current = retreat(lowering, layers[l]!, current!, needed || l > 0);
        if (l > 0) current = dropGradient(lowering, place, l - 1, current!);
      }
      return current;
    },
  };
}

/** Histories of all states of a group, [T+1, B, pad4(H)] each, one after the other; carried in now, out when asked. */
function lowerHistories(lowering: Lowering, cell: Cell, { description, index, states, stateOffset }: RecurrentPlace): {
  ofLayer(l: number): Layer['history']; carryOut(): void;
} {
  const { builder, timeSteps, batch, trials, control, space } = lowering;
  const size = batch * pad4(description.units);
  const blocks = description.layers * cell.states.length;
  const history = (timeSteps + 1) * size;
  const strideBlocks = pad64(trials * history);
  const all: View = builder.persistent(`${space}${index} histories`, blocks * strideBlocks, { shared: true });
  const shape = {
    size, blocks, timeSteps, trials, strideStates: states.stride, offsetStates: stateOffset, strideBlocks,
  };
  builder.dispatch(`${index} carry in`, carry({ ...shape, out: false }), { states, histories: all, control });
  const block = (b: number): View => ({ buffer: all.buffer, offset: b * strideBlocks, size: history, stride: history });
  return {
    ofLayer: (l) => ({ hidden: block(l * cell.states.length), cell: block(l * cell.states.length + 1) }),
    carryOut: () => builder.dispatch(`${index} carry out`, carry({ ...shape, out: true }), { states, histories: all }),
  };
}

function describeLayer(
  lowering: Lowering, cell: Cell, { description, index }: RecurrentPlace, l: number,
  input: Activation, history: Layer['history'],
): Layer {
  const { builder, timeSteps, batch, trials, layout, strategy, immediates } = lowering;
  const parameter = (name: string): Parameter | undefined =>
    parameterNamed(lowering, parameterName(index, `${name}_l${l}`));
  const label = `${index} ${cell.name} ${l}`;
  return {
    label, input, history,
    inputWeight: parameter('weight_ih')!,
    recurrentWeight: parameter('weight_hh')!,
    biases: [parameter('bias_ih'), parameter('bias_hh')].filter((bias) => bias !== undefined),
    gates: builder.scratch(`${label} gates`, timeSteps * batch * description.units * cell.lanes),
    shape: {
      cell, timeSteps, batch, units: description.units, trials,
      strideParameters: layout.size, tile: strategy.recurrence, immediates,
    },
  };
}

/** h_1 … h_T of a layer, as the rows the next one reads. */
function outputRows({ batch }: Lowering, { history, shape }: Layer): Rows {
  return { kind: 'rows', view: history.hidden, offset: batch * pad4(shape.units), width: shape.units };
}

/** Z = X·W + b: one product, or one gather where the input is tokens. */
function lowerInput(lowering: Lowering, { label, input, inputWeight, biases, gates }: Layer): void {
  const name = `${label} input`;
  if (input.kind === 'rows') {
    product(lowering, { label: name, input, weight: inputWeight, biases }, gates);
  } else {
    const { ids, vocabulary } = input;
    gather(lowering, { label: name, ids, vocabulary, table: inputWeight, biases }, gates);
  }
}

function advance(lowering: Lowering, { label, gates, recurrentWeight, history, shape }: Layer): void {
  const { builder, strategy, timeSteps } = lowering;
  const views = {
    gates, recurrent: parameterView(lowering, recurrentWeight), hidden: history.hidden, cell: history.cell,
  };
  if (strategy.driver === 'sequence') return builder.dispatch(`${label} sequence`, sequence(shape), views);
  const kernel = step(shape);
  for (let t = 0; t < timeSteps; t++) builder.dispatch(`${label} step`, kernel, views, t);
}

/** Back through time, then the parameters' gradients, and ∂L/∂input where `needed`. */
function retreat(lowering: Lowering, layer: Layer, gradient: View, needed: boolean): View | undefined {
  const { label, input, inputWeight, recurrentWeight, biases, gates, history } = layer;
  backThroughTime(lowering, layer, gradient);
  const before: Rows = { kind: 'rows', view: history.hidden, offset: 0, width: layer.shape.units }; // h_0 … h_{T−1}
  weightGradient(lowering, `${label} recurrent gradient`, before, recurrentWeight, gates);
  biasGradient(lowering, `${label} bias gradient`, biases, gates);
  const name = `${label} input weight gradient`;
  if (input.kind === 'tokens') {
    const lookup = { label: name, ids: input.ids, vocabulary: input.vocabulary, table: inputWeight, biases };
    gatherBackward(lowering, lookup, gates);
    return undefined;
  }
  weightGradient(lowering, name, input, inputWeight, gates);
  return needed ? inputGradient(lowering, `${label} input gradient`, inputWeight, gates) : undefined;
}

function backThroughTime(
  lowering: Lowering, { label, gates, recurrentWeight, history, shape }: Layer, gradient: View,
): void {
  const { builder, strategy, timeSteps, batch, trials, layout } = lowering;
  const { units, cell } = shape;
  const transposed = builder.scratch(`${label} transposed`, units * units * cell.lanes);
  builder.dispatch(
    `${label} transpose`, transpose({ size: units, lanes: cell.lanes, trials, strideIn: layout.size }),
    { in: parameterView(lowering, recurrentWeight), out: transposed },
  );
  const views = {
    gates, transposed, d_output: gradient, cell: history.cell,
    d_cell: builder.scratch(`${label} cell gradient`, batch * pad4(units)),
  };
  if (strategy.driver === 'sequence') {
    return builder.dispatch(`${label} sequence backward`, sequenceBackward(shape), views);
  }
  const kernel = stepBackward(shape);
  for (let t = timeSteps - 1; t >= 0; t--) builder.dispatch(`${label} step backward`, kernel, views, t);
}

/** Dropout between layer `l` and the next; none outside training. */
function lowerDropout(lowering: Lowering, { description, index }: RecurrentPlace, l: number, input: Rows): Rows {
  if (!lowering.training || description.dropout === 0) return input;
  const { builder, timeSteps, batch } = lowering;
  const out = builder.scratch(`${index} dropped ${l}`, timeSteps * batch * pad4(description.units));
  drop(lowering, `${index} dropout ${l}`, description, dropoutLayer(index, l), input, out);
  return { ...input, view: out, offset: 0 };
}

/** The same mask on the way back. */
function dropGradient(lowering: Lowering, { description, index }: RecurrentPlace, l: number, gradient: View): View {
  if (description.dropout === 0) return gradient;
  const out = lowering.builder.scratch(`${index} dropout gradient ${l}`, gradient.size);
  const input: Rows = { kind: 'rows', view: gradient, offset: 0, width: description.units };
  drop(lowering, `${index} dropout backward ${l}`, description, dropoutLayer(index, l), input, out);
  return out;
}

function drop(
  lowering: Lowering, label: string, { dropout: share }: RecurrentDescription, layer: number, input: Rows, out: View,
): void {
  const { builder, trials, control } = lowering;
  const kernel = dropout({
    size: out.size, share, layer, trials, strideIn: input.view.stride, strideOut: out.stride, offsetIn: input.offset,
  });
  builder.dispatch(label, kernel, { in: input.view, out, control });
}
