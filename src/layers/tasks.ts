import { controlSet, CONTROL_WORDS, RESULT_WORDS, RING } from '../kernels/control.js';
import { report } from '../kernels/report.js';
import { squaredNorm, normPartials } from '../kernels/squared-norm.js';
import { clear } from '../kernels/tasks/clear.js';
import { GATE_THREADS, gateSums } from '../kernels/gate-sums.js';
import { judge } from '../kernels/tasks/judge.js';
import { taskLoss, type TaskLoss } from '../kernels/tasks/loss.js';
import { rescue } from '../kernels/tasks/rescue.js';
import { take } from '../kernels/tasks/take.js';
import { add } from '../kernels/add.js';
import { update } from '../kernels/update.js';
import type { Stretch } from '../model/frozen.js';
import { pad4, pad64 } from '../model/layout.js';
import { type Clip, OPTIMIZER_STATES, type OptimizerDescription } from '../model/optimizers.js';
import { cellOf, type RecurrentDescription } from '../model/recurrent.js';
import { skipOf } from '../model/skip.js';
import { stateSize } from '../model/states.js';
import { untruncated } from '../model/untruncated.js';
import { ProgramBuilder, type Program, type View } from '../schedule/program.js';
import { gather, gatherBackward } from './embedding.js';
import { product, weightGradient } from './linear.js';
import { controlWords, type Lowering, type Rows } from './lowering.js';
import { sideBySide } from './network.js';
import { lowerGradientNorms, recorder } from './recorder.js';
import { forward, type RunShape } from './window.js';

/** What a program knows of its task, and of the block of steps that it reads; see `StepLayout` (src/tasks). */
export interface TaskShape extends TaskLoss {
  readonly input: { readonly kind: 'tokens'; readonly vocabulary: number }
    | { readonly kind: 'values'; readonly width: number };
  readonly judged?: 'end';
}

/** Where the parts of a step lie in a row of the block, in words, after the control records and lengths. */
export interface StepParts {
  readonly inputs: number;
  readonly targets: number;
  readonly weights: number;
  readonly legal: number;
  readonly size: number;
}

export interface TaskRun extends RunShape {
  readonly task: TaskShape;
  readonly parts: StepParts;
  /** Steps of a block. */
  readonly steps: number;
}

/** Words of the control records of all trials and of the lengths behind them, [trials, B]. */
export const controlPart = ({ trials, batch }: Pick<RunShape, 'trials' | 'batch'>): number =>
  Math.max(controlSet(trials), pad64(trials * (CONTROL_WORDS + batch)));

/** Words of a step's row in the block. */
export const stepWords = (run: Pick<TaskRun, 'trials' | 'batch' | 'parts'>): number =>
  controlPart(run) + run.parts.size;

export interface TaskTraining {
  readonly optimizer: OptimizerDescription;
  readonly clip: Clip;
  /** Weight of Ω. */
  readonly omega?: number | undefined;
  /** Parameters that stay as they are. */
  readonly frozen: readonly Stretch[];
  /** The recurrent weights that shrink where a gradient has burst; absent: such a trial stops. */
  readonly rescued?: Stretch | undefined;
}

/** One update on sequences of a task: row `run` of the block `train block`; outcomes go to `train outcomes`. */
export function taskTrainingProgram(
  run: TaskRun, { optimizer, clip, omega, frozen, rescued }: TaskTraining,
): Program {
  const { lowering: base, step } = begin(run, 'train', true);
  const record = omega ? recorder({ omega }) : undefined;
  const lowering: Lowering = record ? { ...base, records: record.take } : base;
  const { builder, trials, layout, control } = lowering;
  const { size } = layout;
  const { outputs, backward } = through(lowering, run, step);
  const { loss, gradient: outer } = lowerTaskLoss(lowering, run, step, outputs);
  backward(outer!);

  const gradient = builder.persistent('gradient', size);
  const parameters = builder.persistent('parameters', size);
  const results = builder.persistent('results', RING * RESULT_WORDS);
  for (const { from, count } of frozen) builder.dispatch('frozen', clear({ size, from, count, trials }), { gradient });
  const partials = builder.scratch('norm', 2 * normPartials(size));
  const norm = (): void => builder.dispatch('norm', squaredNorm({ size, trials }), { gradient, partials });
  norm();
  if (rescued) {
    builder.dispatch('rescue', rescue({ size, ...rescued, trials }), { gradient, parameters, partials });
    norm();
  }
  builder.dispatch('report', report({ rows: loss.size, normed: size, trials, sideBySide: sideBySide(run) }), {
    loss, results, control, partials,
  });
  builder.dispatch('update', update({ size, trials, optimizer, clip }), {
    parameters, gradient, control, results,
    ...Object.fromEntries(OPTIMIZER_STATES[optimizer.kind].map((name) => [name, builder.persistent(name, size)])),
  });
  return builder.build();
}

/** The same sequences looked at alone: row `run` of `test block` to `test outcomes`. */
export function taskTestProgram(run: TaskRun): Program {
  const { lowering, step } = begin(run, 'test', false);
  lowerTaskLoss(lowering, run, step, through(lowering, run, step).outputs);
  return lowering.builder.build();
}

/**
 * How a gradient flows back, by lag, to `flow norms` [T]: that of the error, or with `vectors` that of vᵀh_T, v [T, B,
 * pad4(width)] in `flow vectors`. It reads row 0 of `test block`. The gradient is the whole one, also of a cell that is
 * trained with a truncated one.
 */
export function taskFlowProgram({ model: trained, ...rest }: TaskRun, vectors: boolean): Program {
  const model = untruncated(trained);
  const run: TaskRun = { ...rest, model };
  const { lowering: base, step } = begin(run, 'test', false, vectors ? 'jacobian' : 'error');
  const record = recorder({});
  const lowering: Lowering = { ...base, records: record.take };
  const { builder, timeSteps } = lowering;
  if (vectors) {
    const last = model.layers.findLastIndex(({ kind }) => kind === 'recurrent');
    const inner = { ...run, model: { ...model, layers: model.layers.slice(0, last + 1) } };
    const { outputs, backward } = through(lowering, inner, step);
    backward(builder.persistent('flow vectors', run.timeSteps * run.batch * pad4(outputs.width)));
  } else {
    const { outputs, backward } = through(lowering, run, step);
    lowerGateSums(lowering, run);
    backward(lowerTaskLoss({ ...lowering, training: true }, run, step, outputs).gradient!);
  }
  lowerGradientNorms(lowering, record.layers[0]!, builder.persistent('flow norms', timeSteps));
  return builder.build();
}

/** How open the gates of the first recurrent layer are, to `gate sums` [lanes, 64]; before the way back takes them. */
function lowerGateSums(lowering: Lowering, { model }: TaskRun): void {
  const { builder, timeSteps, batch, trials } = lowering;
  const index = model.layers.findIndex(({ kind }) => kind === 'recurrent');
  const description = model.layers[index] as RecurrentDescription;
  const { units } = description;
  const { lanes, normed } = cellOf(description, 0);
  if (normed) return; // whose gates lie with other things
  const gates = builder.scratch(gatesLabel(index, description), timeSteps * batch * pad4(units * lanes));
  const sums = builder.persistent('gate sums', 4 * GATE_THREADS * lanes, { shared: true });
  builder.dispatch('gate sums', gateSums({ timeSteps, batch, units, lanes, trials }), {
    gates, sums, control: controlWords(lowering),
  });
}

/** As `describePass` (./recurrent.ts) names them. */
const gatesLabel = (index: number, { cell }: RecurrentDescription): string => `${index} ${cell} 0 gates`;

/** Views of the step's row: what it reads. */
interface Step {
  readonly inputs: View;
  readonly targets: View;
  readonly weights: View;
  readonly legal: View;
}

/** Takes the step's row out of the block. `label` tells programs apart that read the same block. */
function begin(
  run: TaskRun, kind: 'train' | 'test', training: boolean, label = kind as string,
): { lowering: Lowering; step: Step } {
  const { trials, batch, timeSteps, model, task, parts, immediates } = run;
  const builder = new ProgramBuilder(label, trials);
  const size = stepWords(run);
  const now = builder.persistent(`${kind} now`, size, { shared: true });
  const block = builder.persistent(`${kind} block`, size * run.steps, { shared: true });
  builder.dispatch('take', take({ size, immediates }), { block, now }, 'run');
  const rows = timeSteps * batch;
  const part = (offset: number, each: number): View => ({
    ...now, offset: controlPart(run) + offset, size: each, stride: each,
  });
  const lowering: Lowering = {
    ...run, builder, layout: model.layout, gradient: 'gradient', parameters: 'parameters', space: `${label} `,
    training, ragged: true, repeated: false,
    control: { ...now, size: CONTROL_WORDS, stride: CONTROL_WORDS },
  };
  const { input, target, outputs } = task;
  return {
    lowering,
    step: {
      inputs: part(parts.inputs, rows * (input.kind === 'tokens' ? 1 : pad4(input.width))),
      targets: part(parts.targets, rows * (target === 'class' ? 1 : pad4(outputs))),
      weights: part(parts.weights, rows), legal: part(parts.legal, rows),
    },
  };
}

/** All layers, from zero states, and the skip connection where the model has one. */
function through(
  lowering: Lowering, { model, batch, task }: TaskRun, { inputs }: Step,
): { outputs: Rows; backward: (gradient: View) => void } {
  const { builder, timeSteps, trials } = lowering;
  const states = builder.persistent(`${lowering.space}states`, Math.max(4, stateSize(model, batch))); // always zero
  const { logits, backward } = forward(lowering, model, inputs, states, { after: undefined });
  const weight = skipOf(model);
  if (!weight || model.layers.at(-1)!.kind !== 'linear') return { outputs: logits, backward: (g) => void backward(g) };
  const label = 'skip';
  const skipped = builder.scratch(label, timeSteps * batch * pad4(weight.columns));
  const { input } = task;
  const read = { kind: 'rows', view: inputs, offset: 0, width: input.kind === 'values' ? input.width : 0 } as const;
  const vocabulary = input.kind === 'tokens' ? input.vocabulary : 0;
  const tokens = { label, ids: inputs, vocabulary, table: weight, biases: [] };
  if (input.kind === 'tokens') gather(lowering, tokens, skipped);
  else product(lowering, { label, input: read, weight, biases: [] }, skipped);
  builder.dispatch('add skip', add({ size: skipped.size, trials }), { sum: logits.view, x: skipped });
  return {
    outputs: logits,
    backward(gradient) {
      if (input.kind === 'tokens') gatherBackward(lowering, { ...tokens, label: 'skip gradient' }, gradient);
      else weightGradient(lowering, 'skip gradient', read, weight, gradient);
      backward(gradient);
    },
  };
}

/** Losses, errors and outcomes, and in training ∂loss/∂outputs. */
function lowerTaskLoss(
  lowering: Lowering, { task, steps }: TaskRun, step: Step, outputs: Rows,
): { loss: View; gradient: View | undefined } {
  const { builder, timeSteps, batch, trials, training, immediates, space } = lowering;
  const rows = timeSteps * batch;
  const loss = builder.scratch('loss', rows);
  const errors = builder.scratch('errors', 4 * rows);
  const gradient = training ? builder.scratch('outputs gradient', rows * pad4(task.outputs)) : undefined;
  const kernel = taskLoss({
    ...task, rows, batch, trials, gradient: training,
    at: { start: outputs.offset, pitch: outputs.pitch ?? pad4(outputs.width), stride: outputs.view.stride },
  });
  builder.dispatch('loss', kernel, {
    outputs: outputs.view, targets: step.targets, weights: step.weights, loss, errors,
    ...(gradient ? { gradient } : {}), ...(task.judge.kind === 'legal' ? { legal: step.legal } : {}),
  });
  const end = task.judged === 'end';
  builder.dispatch('judge', judge({ timeSteps, batch, trials, end, immediates }), {
    errors, loss, outcomes: builder.persistent(`${space}outcomes`, steps * 4 * batch),
  }, 'run');
  return { loss, gradient };
}
