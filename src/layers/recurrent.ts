import { dropout } from '../kernels/dropout.js';
import type { Biases } from '../kernels/kernel.js';
import { normalise } from '../kernels/normalise.js';
import { ownLanes } from '../kernels/recurrence.js';
import { parameterName } from '../model/description.js';
import { pad4, pad64, type Parameter } from '../model/layout.js';
import {
  cellOf, directionsOf, directionWidth, layerSuffix, type RecurrentDescription, recurrentWidth,
} from '../model/recurrent.js';
import { dropoutLayer } from '../model/states.js';
import type { View } from '../schedule/program.js';
import { gather, gatherBackward } from './embedding.js';
import {
  type Histories, lowerHistories, lowerStateGradients, masksOf, type RecurrentPlace, type StateGradients,
} from './histories.js';
import { biasGradient, inputGradient, product, weightGradient } from './linear.js';
import {
  biasViews, type Flow, type Lowered, type Lowering, moveColumns, parameterNamed, parameterView, type Rows,
} from './lowering.js';
import { advance, historyOffsets, type Pass, retreat } from './recurrence.js';

export type { RecurrentPlace } from './histories.js';

/** Lowers a group of stacked recurrent layers: what a driver may have its own way of. */
export type LowerRecurrent = (lowering: Lowering, input: Flow, place: RecurrentPlace) => Lowered;

/** One stacked layer: what it reads, and its passes, one a direction. */
interface Layer {
  readonly index: number;
  readonly input: Flow;
  readonly passes: readonly Pass[];
}

/**
 * Stacked recurrent layers, [T·B, I] → [T·B, width]. A layer is, in each direction: the input product over all time
 * steps, the driver through time; then dropout before the next layer. Backward mirrors it.
 */
export function lowerRecurrent(lowering: Lowering, input: Flow, place: RecurrentPlace): Lowered {
  const { description } = place;
  const histories = lowerHistories(lowering, place);
  const layers: Layer[] = [];
  let below = input;
  for (let l = 0; l < description.layers; l++) {
    const layer = lowerLayer(lowering, place, histories, l, below);
    layers.push(layer);
    below = outputRows(lowering, place, layer);
    if (l + 1 < description.layers) below = lowerDropout(lowering, place, l, below);
  }
  histories.carryOut();
  return {
    output: below as Rows,
    backward(gradient, needed) {
      const stateGradients = lowerStateGradients(lowering, place);
      let current: View | undefined = gradient;
      for (let l = layers.length - 1; l >= 0; l--) {
        current = layerBackward(lowering, place, layers[l]!, { gradient: current!, stateGradients, needed });
        if (l > 0) current = dropGradient(lowering, place, l - 1, current!);
      }
      stateGradients.arrive();
      return current;
    },
  };
}

function lowerLayer(
  lowering: Lowering, place: RecurrentPlace, histories: Histories, l: number, input: Flow,
): Layer {
  const directions = directionsOf(place.description) === 2 ? [0, 1] as const : [0] as const;
  const passes = directions.map((direction) => {
    const pass = describePass(lowering, place, histories, l, direction);
    lowerInput(lowering, pass, input);
    advance(lowering, pass);
    return pass;
  });
  return { index: l, input, passes };
}

/** A pass's shape and places; `gates` where they are others' neighbours. */
export function describePass(
  lowering: Lowering, place: RecurrentPlace, histories: Histories, layer: number, direction: 0 | 1, gates?: View,
): Pass {
  const { builder, timeSteps, batch, trials, layout, strategy, immediates, ragged } = lowering;
  const { description, index } = place;
  const { units } = description;
  const cell = cellOf(description, layer);
  const label = `${index} ${description.cell} ${layer}${direction === 1 ? ' reverse' : ''}`;
  const size = timeSteps * batch * pad4(units * cell.lanes);
  const extra = cell.normed ? 2 * pad64(size) + 192 : 0; // see gatesSize
  return {
    label, layer, direction, histories,
    gates: gates ?? { ...builder.scratch(`${label} gates`, size + extra), size, stride: size },
    ...(cell.normed ? { raw: builder.scratch(`${label} raw`, size) } : {}),
    parameter: (name) => parameterNamed(lowering, parameterName(index, name + layerSuffix(layer, direction))),
    shape: {
      cell, timeSteps, batch, units, trials, strideParameters: layout.size, tile: strategy.recurrence, immediates,
      reverse: direction === 1, histories: historyOffsets(cell, histories, directionsOf(description)), ragged,
      masks: masksOf(lowering, place, layer, direction),
    },
  };
}

export const biasesOf = ({ parameter }: Pass): Parameter[] =>
  [parameter('bias_ih'), parameter('bias_hh')].filter((bias) => bias !== undefined);

/** Z = X·W + b: one product, or one gather where the input is tokens. */
export function lowerInput(lowering: Lowering, pass: Pass, input: Flow): void {
  const label = `${pass.label} input`;
  const weight = pass.parameter('weight_ih')!;
  const biases = pass.raw ? [] : biasesOf(pass);
  const out = pass.raw ?? pass.gates;
  if (input.kind === 'rows') product(lowering, { label, input, weight, biases }, out);
  else gather(lowering, { label, ids: input.ids, vocabulary: input.vocabulary, table: weight, biases }, out);
  if (pass.raw) lowerNorm(lowering, pass, pass.raw, biasesOf(pass));
}

/** Z = LN(X·W)·γ + b, or with no biases given the way back in place. */
function lowerNorm(
  lowering: Lowering, { label, gates, parameter }: Pass, raw: View, biases?: readonly Parameter[],
): void {
  const { builder, timeSteps, batch, trials, layout } = lowering;
  const gain = parameter('gain_ih')!;
  const kernel = normalise({
    rows: timeSteps * batch, columns: gain.columns, trials, biases: (biases?.length ?? 0) as Biases,
    strideParameters: layout.size, backward: biases === undefined,
  });
  builder.dispatch(`${label} input norm${biases ? '' : ' backward'}`, kernel, {
    raw, z: gates, gain: parameterView(lowering, gain), ...biasViews(lowering, biases ?? []),
  });
}

/** What of an output lies where: history of state `state` of a direction, at column `column` of the whole output. */
interface Piece { readonly pass: Pass; readonly output: number; readonly state: number; readonly column: number }

function piecesOf({ description }: RecurrentPlace, { passes }: Pick<Layer, 'passes'>): Piece[] {
  const width = directionWidth(description);
  return passes.flatMap((pass, d) => pass.shape.cell.outputs.map((state, output): Piece => ({
    pass, output, state, column: d * width + output * pieceWidth(description),
  })));
}

const pieceWidth = (description: RecurrentDescription): number =>
  directionWidth(description) / cellOf(description, 0).outputs.length;

/** Rows of a state's history that hold what time t has made. */
function historyRows({ batch }: Lowering, { pass, state }: Piece, width: number): Rows {
  const { histories, layer, direction, shape } = pass;
  const pitch = pad4(shape.units);
  return {
    kind: 'rows', view: histories.block(layer, direction, state), offset: shape.reverse ? 0 : batch * pitch,
    width, pitch,
  };
}

/** Rows past the end of their sequence become zero where the group's output leaves it. */
const leaves = ({ ragged }: Lowering, { description }: RecurrentPlace, l: number): boolean =>
  ragged && l + 1 === description.layers;

/** A layer's output as the rows the next one reads: the history itself, or pieces put side by side. */
export function outputRows(lowering: Lowering, place: RecurrentPlace, layer: Omit<Layer, 'input'>): Rows {
  const { builder, timeSteps, batch } = lowering;
  const width = pieceWidth(place.description);
  const pieces = piecesOf(place, layer);
  const ragged = leaves(lowering, place, layer.index);
  // Dropout goes over whole rows, which a projection's history has not.
  const dense = place.description.dropout === 0 || pad4(width) === pad4(place.description.units);
  if (pieces.length === 1 && !ragged && dense) return historyRows(lowering, pieces[0]!, width);
  const whole = recurrentWidth(place.description);
  const pitch = pad4(whole);
  const label = `${place.index} output ${layer.index}`;
  const out = builder.scratch(label, timeSteps * batch * pitch);
  pieces.forEach((piece, i) => {
    const span = i + 1 < pieces.length ? width : pitch - piece.column; // the last one also clears the padding
    moveColumns(lowering, label, historyRows(lowering, piece, width), {
      view: out, pitch, column: piece.column, span, ragged,
    });
  });
  return { kind: 'rows', view: out, offset: 0, width: whole };
}

/** The output's gradient taken apart again: for each pass one view, its outputs one after the other. */
export function splitGradient(
  lowering: Lowering, place: RecurrentPlace, layer: Omit<Layer, 'input'>, gradient: View,
): { view: View; stride: number }[] {
  const { builder, timeSteps, batch, trials } = lowering;
  const { description } = place;
  const width = pieceWidth(description);
  const pieces = piecesOf(place, layer);
  const ragged = leaves(lowering, place, layer.index);
  const rows = timeSteps * batch;
  const size = rows * pad4(width);
  const stride = pad64(trials * size);
  if (pieces.length === 1 && !ragged) return [{ view: gradient, stride }];
  const outputs = pieces.length / layer.passes.length;
  const whole = pad4(recurrentWidth(description));
  return layer.passes.map((pass) => {
    const label = `${pass.label} output gradient`;
    const all = builder.scratch(label, Math.ceil((outputs * stride) / trials));
    pieces.filter((piece) => piece.pass === pass).forEach(({ output, column }) => {
      const out = { ...all, offset: output * stride, size, stride: size };
      const view = { ...gradient, stride: rows * whole };
      const from: Rows = { kind: 'rows', view, offset: column, width, pitch: whole };
      moveColumns(lowering, label, from, { view: out, pitch: pad4(width), column: 0, span: pad4(width), ragged });
    });
    // Several outputs lie trial by trial each, so they are one view that all trials see.
    const view = outputs > 1 ? { ...all, size: outputs * stride, stride: 0 } : { ...all, size, stride: size };
    return { view, stride };
  });
}

/**
 * Scratch of a direction of a group for ∂L/∂(states that a layer has read of the one below), which that one takes up,
 * and for gradients of units' own values.
 */
function lowerExtra(
  { builder, timeSteps, batch, trials }: Lowering, { description, index }: RecurrentPlace, { direction }: Pass,
): { view: View | undefined; own: number } {
  const { layers, units } = description;
  const cells = Array.from({ length: layers }, (_, l) => cellOf(description, l));
  const rows = timeSteps * batch;
  const below = cells.some((cell) => cell.below?.reads) ? pad64(rows * pad4(units)) : 0;
  const own = Math.max(...cells.map(ownLanes)) * rows * units;
  if (below + own === 0) return { view: undefined, own: 0 };
  const view = builder.scratch(`${index} read beside${direction === 1 ? ', reverse' : ''}`, below + own);
  return { view: { ...view, size: trials * view.size, stride: 0 }, own: trials * below };
}

/** Back through one layer: time, then the parameters' gradients, and ∂L/∂input where it is needed. */
function layerBackward(
  lowering: Lowering, place: RecurrentPlace, layer: Layer,
  { gradient, stateGradients, needed }: { gradient: View; stateGradients: StateGradients; needed: boolean },
): View | undefined {
  const { description } = place;
  const above = layer.index + 1 < description.layers && cellOf(description, layer.index + 1).below?.reads === true;
  const arriving = splitGradient(lowering, place, layer, gradient);
  let out: View | undefined;
  layer.passes.forEach((pass, d) => {
    const { view: output, stride: strideOutput } = arriving[d]!;
    const { view: extra, own: ownGradients } = lowerExtra(lowering, place, pass);
    retreat(lowering, pass, { output, strideOutput, stateGradients, extra, ownGradients, above });
    out = inputBackward(lowering, pass, layer.input, needed || layer.index > 0, out) ?? out;
  });
  return out;
}

/** Gradients of a pass's input weights and biases, and ∂L/∂input, added to the other direction's. */
export function inputBackward(
  lowering: Lowering, pass: Pass, input: Flow, needed: boolean, other: View | undefined,
): View | undefined {
  const { label, gates } = pass;
  const weight = pass.parameter('weight_ih')!;
  const biases = biasesOf(pass);
  biasGradient(lowering, `${label} bias gradient`, biases, gates);
  if (pass.raw) {
    lowerNorm(lowering, pass, pass.raw);
    biasGradient(lowering, `${label} gain gradient`, [pass.parameter('gain_ih')!], pass.raw);
  }
  const name = `${label} input weight gradient`;
  if (input.kind === 'tokens') {
    const { ids, vocabulary } = input;
    gatherBackward(lowering, { label: name, ids, vocabulary, table: weight, biases }, gates);
    return undefined;
  }
  weightGradient(lowering, name, input, weight, gates);
  return needed ? inputGradient(lowering, `${label} input gradient`, weight, gates, other) : undefined;
}

/** Dropout between layer `l` and the next; none outside training. */
function lowerDropout(lowering: Lowering, { description, index }: RecurrentPlace, l: number, input: Rows): Rows {
  if (!lowering.training || description.dropout === 0) return input;
  const { builder, timeSteps, batch } = lowering;
  const width = recurrentWidth(description);
  const out = builder.scratch(`${index} dropped ${l}`, timeSteps * batch * pad4(width));
  drop(lowering, `${index} dropout ${l}`, description, dropoutLayer(index, l), input, out);
  return { kind: 'rows', view: out, offset: 0, width };
}

/** The same mask on the way back. */
function dropGradient(lowering: Lowering, { description, index }: RecurrentPlace, l: number, gradient: View): View {
  if (!lowering.training || description.dropout === 0) return gradient;
  const out = lowering.builder.scratch(`${index} dropout gradient ${l}`, gradient.size);
  const input: Rows = { kind: 'rows', view: gradient, offset: 0, width: recurrentWidth(description) };
  drop(lowering, `${index} dropout backward ${l}`, description, dropoutLayer(index, l), input, out);
  return out;
}

function drop(
  lowering: Lowering, label: string, { dropout: share }: RecurrentDescription, layer: number, input: Rows, out: View,
): void {
  const { builder, trials, timeSteps, control } = lowering;
  const kernel = dropout({
    size: out.size, timeSteps, share, layer, trials, strideIn: input.view.stride, strideOut: out.stride,
    offsetIn: input.offset,
  });
  builder.dispatch(label, kernel, { in: input.view, out, control });
}
