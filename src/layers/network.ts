import { CONTROL_WORDS, RESULT_WORDS, RING } from '../kernels/control.js';
import { crossEntropy } from '../kernels/cross-entropy.js';
import { report } from '../kernels/report.js';
import { normPartials, squaredNorm } from '../kernels/squared-norm.js';
import { sum } from '../kernels/sum.js';
import { window } from '../kernels/window.js';
import { update } from '../kernels/update.js';
import { type Model, parameterName } from '../model/description.js';
import { type Clip, OPTIMIZER_STATES, type OptimizerDescription } from '../model/optimizers.js';
import { recurrentStateSize, stateSize } from '../model/states.js';
import { type Program, ProgramBuilder, type View } from '../schedule/program.js';
import type { Strategy } from '../schedule/tiles.js';
import { lowerEmbedding } from './embedding.js';
import { lowerLinear } from './linear.js';
import { type Flow, type Lowered, type Lowering, parameterNamed, type Rows } from './lowering.js';
import { lowerRecurrent } from './recurrent.js';

/** Shapes that the programs of one run share. */
export interface RunShape {
  readonly model: Model;
  readonly timeSteps: number;
  readonly batch: number;
  readonly trials: number;
  readonly strategy: Strategy;
  readonly immediates: boolean;
}

/** A text on the GPU: `count` tokens read as streams of `length`. */
export interface TextShape { readonly name: string; readonly count: number; readonly length: number }

/** One training step: window, forward, loss, backward through time, norm, clip and update. */
export function trainingProgram(
  run: RunShape, text: TextShape, { optimizer, clip }: { optimizer: OptimizerDescription; clip: Clip },
): Program {
  const lowering = start(run, { name: 'train', space: 'train ', parameters: 'parameters', training: true });
  const { builder, trials, layout, timeSteps, batch } = lowering;
  const results = resultRing(builder, 'results');
  const { inputs, targets } = lowerWindow(lowering, text, false);
  const states = builder.persistent('states', stateSize(run.model, batch));
  const { logits, backward } = forward(lowering, run.model, inputs, states);
  const loss = lowerLoss(lowering, run.model, logits, targets);
  backward(logits.view);

  const gradient = builder.persistent('gradient', layout.size);
  const partials = builder.scratch('norm', 2 * normPartials(layout.size));
  builder.dispatch('norm', squaredNorm({ size: layout.size, trials }), { gradient, partials });
  builder.dispatch('report', report({ rows: timeSteps * batch, normed: layout.size, trials }), {
    loss, results, control: lowering.control, partials,
  });
  builder.dispatch('update', update({ size: layout.size, trials, optimizer, clip }), {
    parameters: builder.persistent('parameters', layout.size), gradient, control: lowering.control, results,
    ...Object.fromEntries(
      OPTIMIZER_STATES[optimizer.kind].map((name) => [name, builder.persistent(name, layout.size)]),
    ),
  });
  return builder.build();
}

/** The loss of one window of a text, masked past its end; states carried apart from training's. */
export function evaluationProgram(run: RunShape, text: TextShape): Program {
  // Same shapes as training, so its histories can be lent: training's states are carried in a buffer of their own.
  const lowering = start(run, { name: 'evaluate', space: 'train ', parameters: 'parameters', training: false });
  const { builder, trials, timeSteps, batch } = lowering;
  const { inputs, targets, mask } = lowerWindow(lowering, text, true);
  const states = builder.persistent('evaluation states', stateSize(run.model, batch));
  const { logits } = forward(lowering, run.model, inputs, states);
  const count = builder.scratch('count', 1);
  builder.dispatch('mask count', sum({ size: timeSteps * batch, trials }), { x: mask!, out: count });
  const loss = lowerLoss(lowering, run.model, logits, targets, { mask: mask!, count });
  builder.dispatch('report', report({ rows: timeSteps * batch, normed: 0, trials }), {
    loss, results: resultRing(builder, 'evaluation results'), control: lowering.control,
  });
  return builder.build();
}

type Kind = Pick<Lowering, 'space' | 'parameters' | 'training'> & Partial<Pick<Lowering, 'ragged' | 'repeated'>>;

export function start(
  run: RunShape, { name, ragged = false, repeated = false, ...kind }: { name: string } & Kind,
): Lowering {
  const builder = new ProgramBuilder(name, run.trials);
  const control = builder.persistent(`${name} control`, CONTROL_WORDS + (ragged ? run.batch : 0));
  return {
    ...run, ...kind, ragged, repeated, builder, layout: run.model.layout,
    control: { ...control, size: CONTROL_WORDS, stride: CONTROL_WORDS },
  };
}

const resultRing = (builder: ProgramBuilder, name: string): View => builder.persistent(name, RING * RESULT_WORDS);

function lowerWindow(
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

/** All layers in order; `backward` runs the tape the other way, to ∂L/∂input where `needed`. */
export function forward(
  lowering: Lowering, model: Model, input: View, states: View,
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
      lowered = lowerRecurrent(lowering, current, { description: layer, index, states, stateOffset });
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

/** Losses of the rows, [T·B]; in training the logits become their gradient. */
function lowerLoss(
  lowering: Lowering, model: Model, logits: Rows, targets: View, masked?: { mask: View; count: View },
): View {
  const { builder, trials, training, timeSteps, batch } = lowering;
  const rows = timeSteps * batch;
  const loss = builder.scratch('loss', rows);
  const kernel = crossEntropy({
    rows, vocabulary: model.outputs, trials, gradient: training, mask: masked !== undefined,
  });
  builder.dispatch('cross entropy', kernel, { logits: logits.view, targets, loss, ...masked });
  return loss;
}
