import { CONTROL_WORDS, controlSet } from '../kernels/control.js';
import { crossEntropy, type PartOfWindow } from '../kernels/cross-entropy.js';
import { window } from '../kernels/window.js';
import { type Model, parameterName } from '../model/description.js';
import { pad64 } from '../model/layout.js';
import { recurrentStateSize } from '../model/states.js';
import { ProgramBuilder, type View } from '../schedule/program.js';
import type { Strategy } from '../schedule/tiles.js';
import { lowerEmbedding } from './embedding.js';
import { lowerLinear } from './linear.js';
import { type Flow, type Lowered, type Lowering, parameterNamed, type Rows } from './lowering.js';
import { type LowerRecurrent, lowerRecurrent } from './recurrent.js';

/** Shapes that the programs of one run share. */
export interface RunShape {
  readonly model: Model;
  readonly timeSteps: number;
  readonly batch: number;
  readonly trials: number;
  readonly strategy: Strategy;
  readonly immediates: boolean;
  /** Time steps of a segment of training windows, of which the activations of one at a time are kept. */
  readonly recompute?: number | undefined;
  /** `lowerWavefront` (./wavefront.ts) where that is the driver: given, so that only those who have it load it. */
  readonly wavefront?: LowerRecurrent | undefined;
}

/** A text on the GPU: `count` tokens read as streams of `length`. */
export interface TextShape { readonly name: string; readonly count: number; readonly length: number }

type Kind = Pick<Lowering, 'space' | 'parameters' | 'training'> & Partial<Pick<Lowering, 'ragged' | 'repeated'>>;

/** A program's beginning, with as many `sets` of control records. */
export function start(
  run: RunShape, { name, sets = 1, ragged = false, repeated = false, ...kind }: { name: string; sets?: number } & Kind,
): Lowering {
  const { trials, batch, model } = run;
  const builder = new ProgramBuilder(name, trials);
  const set = ragged ? pad64(trials * (CONTROL_WORDS + batch)) : controlSet(trials);
  const control = builder.persistent(`${name} control`, sets * set, { shared: true });
  return {
    ...run, ...kind, ragged, repeated, builder, layout: model.layout, gradient: 'gradient',
    control: { ...control, size: CONTROL_WORDS, stride: CONTROL_WORDS },
  };
}

/** Reads the window's tokens. */
export function lowerWindow(
  lowering: Lowering, { name, count, length }: TextShape, mask: boolean,
): { inputs: View; targets: View; mask?: View } {
  const { builder, timeSteps, batch, trials, control } = lowering;
  const size = timeSteps * batch;
  const views = {
    inputs: builder.scratch('inputs', size), targets: builder.scratch('targets', size),
    ...(mask ? { mask: builder.scratch('mask', size) } : {}),
  };
  const tokens = builder.persistent(name, count, { shared: true });
  builder.dispatch('window', window({ timeSteps, batch, trials, length, count, mask }), { control, tokens, ...views });
  return views;
}

/**
 * All layers in order, from the states in `before`, those after the window going to `after` where there is one;
 * `backward` runs the tape the other way, to ∂L/∂input where `needed`.
 */
export function forward(
  lowering: Lowering, model: Model, input: View, before: View,
  { after }: { after?: View | undefined } = { after: before },
): { logits: Rows; backward: (gradient: View, needed?: boolean) => View | undefined } {
  const tape: Lowered[] = [];
  const [first] = model.layers;
  let current: Flow = first!.kind === 'input'
    ? { kind: 'rows', view: input, offset: 0, width: first!.width }
    : { kind: 'tokens', ids: input, vocabulary: model.vocabulary };
  let stateOffset = 0;
  model.layers.forEach((layer, index) => {
    if (layer.kind === 'oneHot' || layer.kind === 'input') return;
    const parameter = (name: string) => parameterNamed(lowering, parameterName(index, name));
    let lowered: Lowered;
    if (layer.kind === 'embedding') lowered = lowerEmbedding(lowering, input, layer.vocabulary, parameter('weight')!);
    else if (layer.kind === 'linear') {
      lowered = lowerLinear(lowering, `${index} linear`, current as Rows, parameter('weight')!, parameter('bias'));
    } else {
      const lower = lowering.strategy.driver === 'wavefront' ? lowering.wavefront : lowerRecurrent;
      if (!lower) throw new Error('a run with the driver wavefront is lowered by lowerWavefront');
      lowered = lower(lowering, current, { description: layer, index, before, after, stateOffset });
      stateOffset += recurrentStateSize(layer, lowering.batch);
    }
    tape.push(lowered);
    current = lowered.output;
  });
  return {
    logits: current as Flow as Rows,
    backward(gradient, needed = false) {
      let g: View | undefined = gradient;
      for (let i = tape.length - 1; i >= 0 && g; i--) g = tape[i]!.backward(g, needed || i > 0);
      return g;
    },
  };
}

/** Losses of the rows, [T·B], to `loss`; in training the logits become their gradient. */
export function lowerLoss(
  lowering: Lowering, model: Model, logits: Rows, { targets, loss, masked, part }: {
    targets: View; loss: View; masked?: { mask: View; count: View }; part?: PartOfWindow;
  },
): void {
  const { builder, trials, training, timeSteps, batch } = lowering;
  const kernel = crossEntropy({
    rows: timeSteps * batch, vocabulary: model.outputs, trials, gradient: training, mask: masked !== undefined,
    ...(part ? { part } : {}),
  });
  builder.dispatch('cross entropy', kernel, { logits: logits.view, targets, loss, ...masked });
}
