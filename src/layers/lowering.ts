import { columns } from '../kernels/columns.js';
import { BIAS_NAMES } from '../kernels/kernel.js';
import { pad4, type Parameter, type ParameterLayout } from '../model/layout.js';
import type { ProgramBuilder, View } from '../schedule/program.js';
import type { Strategy } from '../schedule/tiles.js';
import type { Arriving, Pass } from './recurrence.js';
import type { LowerRecurrent } from './recurrent.js';

/** What every layer's lowering needs to know. */
export interface Lowering {
  readonly builder: ProgramBuilder;
  readonly layout: ParameterLayout;
  readonly timeSteps: number;
  readonly batch: number;
  readonly trials: number;
  readonly strategy: Strategy;
  readonly immediates: boolean;
  /** Lowers recurrent layers where the driver is `wavefront`. */
  readonly wavefront?: LowerRecurrent | undefined;
  /** Wants ∂L/∂h_t recorded; `recorder` (./recorder.ts) makes it: given, so that only those who record load it. */
  readonly records?: TakeRecorded | undefined;
  /** Control records, [trials]. */
  readonly control: View;
  /** Rows have lengths of their own, which lie after the records. */
  readonly ragged: boolean;
  /** Where gradients of states go on to another window; absent where a window stands alone. */
  readonly stateGradients?: StateGradientFlow | undefined;
  /** One run of the program is one of many in a submit: generation. */
  readonly repeated: boolean;
  /** Prefix of the persistent buffers, so that programs of other shapes keep their own. */
  readonly space: string;
  /** Names of the flat parameter buffer and of its gradient's. */
  readonly parameters: string;
  readonly gradient: string;
  /** Records the backward pass too, and drops. */
  readonly training: boolean;
}

/**
 * Takes ∂L/∂h_t of a pass, which after its way back through time stands where ∂L/∂output did. What it returns takes
 * the place of h_{t−1} in the gradient of the recurrent weights.
 */
export type TakeRecorded = (
  lowering: Lowering, pass: Pass, recorded: Pick<Arriving, 'output' | 'strideOutput'>,
) => Rows | undefined;

/**
 * Gradients of the carried states of the whole model, [stateSize] a trial: of the final ones, then of the initial ones.
 */
export interface StateGradientFlow {
  readonly view: View;
  /** Records whose `keep` says whether the final ones' are given, else they are zero. */
  readonly control: View;
  /** Those of the initial states are asked for. */
  readonly initial: boolean;
}

/** What flows from layer to layer: tokens [T·B], or rows of floats. */
export type Flow =
  | { readonly kind: 'tokens'; readonly ids: View; readonly vocabulary: number }
  | Rows;

/**
 * [T·B, width], rows padded to four floats, or `pitch` floats apart; trial n's start `offset` floats into the view's
 * part for n.
 */
export interface Rows {
  readonly kind: 'rows'; readonly view: View; readonly offset: number; readonly width: number; readonly pitch?: number;
}

/** The control records, with the rows' lengths where there are, as words that all trials see. */
export function controlWords({ control, ragged, trials, batch }: Lowering): View {
  return { ...control, size: trials * (control.size + (ragged ? batch : 0)), stride: 0 };
}

/**
 * Records the move of `rows` to column `column` of rows `pitch` floats apart, zero after them up to `span`; with
 * `ragged` rows past the end of their sequence become zero.
 */
export function moveColumns(
  lowering: Lowering, label: string, { view: from, offset, width, pitch: pitchFrom = pad4(width) }: Rows,
  { view: out, pitch, column, span, ragged }: {
    view: View; pitch: number; column: number; span: number; ragged: boolean;
  },
): void {
  const { builder, timeSteps, batch, trials } = lowering;
  const kernel = columns({
    timeSteps, batch, trials, ragged, width, span,
    from: { stride: from.stride, start: offset, pitch: pitchFrom, offset: 0 },
    to: { stride: out.stride, start: 0, pitch, offset: column },
  });
  builder.dispatch(label, kernel, { in: from, out, ...(ragged ? { control: controlWords(lowering) } : {}) });
}

/** A layer on the tape: its output, and how a gradient goes back through it. */
export interface Lowered {
  readonly output: Rows;
  /**
   * Records the backward pass from ∂L/∂output, [T·B, pad4(width)]; returns ∂L/∂input where `needed`.
   */
  backward(gradient: View, needed: boolean): View | undefined;
}

/** The parameter called `name`, where the model has it. */
export function parameterNamed({ layout }: Lowering, name: string): Parameter | undefined {
  return layout.parameters.find((parameter) => parameter.name === name);
}

export const parameterView = (lowering: Lowering, parameter: Parameter): View =>
  flatView(lowering, parameter, lowering.parameters);
export const gradientView = (lowering: Lowering, parameter: Parameter): View =>
  flatView(lowering, parameter, lowering.gradient);

/** Bias vectors by the names that kernels give them. */
export const biasViews = (lowering: Lowering, biases: readonly Parameter[]): Readonly<Record<string, View>> =>
  Object.fromEntries(biases.map((bias, i) => [BIAS_NAMES[i], parameterView(lowering, bias)]));

function flatView({ builder, layout }: Lowering, { offset, rows, pitch }: Parameter, buffer: string): View {
  const whole = builder.persistent(buffer, layout.size);
  return { ...whole, offset, size: rows * pitch };
}
