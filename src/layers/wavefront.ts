import { initialBackward } from '../kernels/initial-backward.js';
import { initialDropout } from '../kernels/initial-dropout.js';
import { drops, type RecurrenceShape, weightPitch } from '../kernels/recurrence.js';
import { type BackwardShape, ownGradientStride, turnedStride } from '../kernels/recurrence-backward.js';
import { transpose } from '../kernels/transpose.js';
import { diagonals, type Stacked, wavefront } from '../kernels/wavefront.js';
import { wavefrontBackward } from '../kernels/wavefront-backward.js';
import { pad4, pad64, type Parameter } from '../model/layout.js';
import { cellOf } from '../model/recurrent.js';
import type { View } from '../schedule/program.js';
import {
  type Histories, lowerHistories, lowerStateGradients, type RecurrentPlace, type StateGradients,
} from './histories.js';
import { controlWords, type Lowering, parameterView } from './lowering.js';
import { ownGradient, type Pass, pick, recurrentGradients } from './recurrence.js';
import {
  biasesOf, describePass, inputBackward, lowerInput, type LowerRecurrent, outputRows, splitGradient,
} from './recurrent.js';

/** Layers whose steps advance together: each for itself, and all as one shape that begins with the first. */
interface Stack {
  readonly label: string;
  readonly passes: readonly Pass[];
  readonly shape: Stacked<RecurrenceShape>;
  readonly histories: Histories;
  /** What the kernels bind both ways, of all layers. */
  readonly views: Record<string, View | undefined>;
}

/**
 * Stacked recurrent layers as a wavefront, [T·B, I] → [T·B, units]: the first layer's input product over all time
 * steps, then a dispatch a diagonal of (layer, time), in which the layers above make their input products themselves.
 * Backward mirrors it; gradients of weights are the same large products at the end as with the other drivers.
 */
export const lowerWavefront: LowerRecurrent = (lowering, input, place) => {
  if (lowering.records) {
    throw new RangeError('driver is wavefront, which does not record gradients on their way: use step or sequence');
  }
  const histories = lowerHistories(lowering, place);
  const stack = describeStack(lowering, place, histories);
  const { passes } = stack;
  const layer = (l: number) => ({ index: l, passes: [passes[l]!] });
  const top = layer(passes.length - 1);
  lowerInput(lowering, passes[0]!, input);
  advanceTogether(lowering, stack);
  const output = outputRows(lowering, place, top);
  histories.carryOut();
  return {
    output,
    backward(gradient, needed) {
      const stateGradients = lowerStateGradients(lowering, place);
      const [arriving] = splitGradient(lowering, place, top, gradient);
      retreatTogether(lowering, stack, arriving!, stateGradients);
      let current: View | undefined;
      for (let l = passes.length - 1; l >= 0; l--) {
        recurrentGradients(lowering, passes[l]!, arriving!.view);
        const below = l === 0 ? input : outputRows(lowering, place, layer(l - 1));
        current = inputBackward(lowering, passes[l]!, below, needed && l === 0, undefined);
      }
      stateGradients.arrive();
      return current;
    },
  };
};

function describeStack(lowering: Lowering, place: RecurrentPlace, histories: Histories): Stack {
  const { timeSteps, batch, trials } = lowering;
  const { description, index } = place;
  const { cell, layers, units } = description;
  const size = timeSteps * batch * pad4(units * cellOf(description, 0).lanes);
  const stride = pad64(trials * size);
  const gates = wholeOf(lowering, `${index} gates`, layers * stride);
  const passes = Array.from({ length: layers }, (_, l) =>
    describePass(lowering, place, histories, l, 0, { ...gates, offset: l * stride, size, stride: size }));
  const [first, second] = passes as [Pass, Pass];
  const { offset } = first.parameter('weight_hh')!;
  const above = second.parameter('weight_hh')!.offset;
  const { own } = first.shape.cell;
  return {
    label: `${index} ${cell}`, passes, histories,
    shape: {
      ...first.shape,
      stack: {
        layers, histories: histories.count * histories.stride, parameters: above - offset,
        input: above - second.parameter('weight_ih')!.offset,
        biases: biasesOf(first).map((bias) => bias.offset - offset),
      },
    },
    views: {
      gates, states: histories.blocks(0, 0, 0, layers * histories.count), control: controlWords(lowering),
      weights0: across(lowering, passes, (pass) => [pass.parameter('weight_hh')!, ...biasesOf(pass)]),
      own: own && across(lowering, passes, (pass) => [pass.parameter(own.name)!]),
    },
  };
}

/** Scratch for all layers and trials as one view, `floats` in all. */
function wholeOf({ builder, trials }: Lowering, name: string, floats: number): View {
  return { ...builder.scratch(name, Math.ceil(floats / trials)), size: floats, stride: 0 };
}

/** A trial's flat parameters from the first layer's `of` to the last one's. */
function across(lowering: Lowering, passes: readonly Pass[], of: (pass: Pass) => readonly Parameter[]): View {
  const [first] = of(passes[0]!);
  const last = of(passes.at(-1)!).at(-1)!;
  return { ...parameterView(lowering, first!), size: last.offset + last.rows * last.pitch - first!.offset };
}

/** What the kernels of one layer alone bind. */
const viewsOf = ({ histories, views }: Stack, { layer, gates }: Pass): Record<string, View | undefined> =>
  ({ ...views, gates, states: histories.blocks(layer, 0, 0, histories.count) });

function advanceTogether({ builder }: Lowering, stack: Stack): void {
  const { label, passes, shape, views } = stack;
  if (drops(shape.masks)) {
    for (const pass of passes) {
      const kernel = initialDropout(pass.shape);
      builder.dispatch(`${pass.label} initial dropout`, kernel, pick(kernel.bindings, viewsOf(stack, pass)));
    }
  }
  for (let time = 0; time < diagonals(shape); time++) {
    const kernel = wavefront(shape, time);
    builder.dispatch(`${label} wavefront`, kernel, pick(kernel.bindings, views), time);
  }
}

/** Records the way back through layers and time; then gates hold dZ, and initial states and own values gradients. */
function retreatTogether(
  lowering: Lowering, stack: Stack, output: { readonly view: View; readonly stride: number },
  stateGradients: StateGradients,
): void {
  const { builder } = lowering;
  const { label, passes, shape } = stack;
  const { own } = shape.cell;
  const arriving = {
    final: lowering.stateGradients !== undefined, above: undefined, ownGradients: 0,
    strideCarry: stateGradients.stride, strideOutput: output.stride,
  } satisfies Partial<BackwardShape>;
  const back = { ...shape, ...arriving };
  const ownStride = ownGradientStride(shape);
  const extra = own && wholeOf(lowering, `${label} own gradients`, passes.length * ownStride);
  const transposed = turnWeights(lowering, stack);
  const views = { transposed, d_output: output.view, d_extra: extra };
  for (let time = 0; time < diagonals(back); time++) {
    const kernel = wavefrontBackward(back, time);
    const all = { ...stack.views, ...views, d_states: stateGradients.of(0, 0, passes.length) };
    builder.dispatch(`${label} wavefront backward`, kernel, pick(kernel.bindings, all), time);
  }
  for (const pass of passes) {
    if (lowering.stateGradients?.initial) {
      const kernel = initialBackward({ ...pass.shape, ...arriving });
      builder.dispatch(`${pass.label} initial state gradient`, kernel, pick(kernel.bindings, {
        ...viewsOf(stack, pass), ...views, d_states: stateGradients.of(pass.layer, 0),
        transposed: { ...transposed, offset: pass.layer * turnedStride(shape), size: turnedStride(shape) },
      }));
    }
    if (own) ownGradient(lowering, pass, { extra, ownGradients: pass.layer * ownStride }, pass.parameter(own.name)!);
  }
}

/** Weights turned for the way back: all recurrent ones, then the input weights of all layers but the first. */
function turnWeights(lowering: Lowering, { label, passes, shape }: Stack): View {
  const { builder, layout, trials } = lowering;
  const stride = turnedStride(shape);
  const size = stride / trials;
  const kernel = transpose({
    rows: shape.units, columns: weightPitch(shape, 0), trials, strideIn: layout.size, strideOut: size,
  });
  const weights = [
    ...passes.map((pass) => pass.parameter('weight_hh')!),
    ...passes.slice(1).map((pass) => pass.parameter('weight_ih')!),
  ];
  const turned = wholeOf(lowering, `${label} transposed`, weights.length * stride);
  weights.forEach((weight, i) => builder.dispatch(`${label} transpose`, kernel, {
    in: parameterView(lowering, weight), out: { ...turned, offset: i * stride, size, stride: size },
  }));
  return turned;
}
