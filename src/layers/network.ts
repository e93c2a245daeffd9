import { controlSets, RESULT_WORDS, RING } from '../kernels/control.js';
import { report } from '../kernels/report.js';
import { normPartials, squaredNorm } from '../kernels/squared-norm.js';
import { sum } from '../kernels/sum.js';
import { update } from '../kernels/update.js';
import { type Clip, OPTIMIZER_STATES, type OptimizerDescription } from '../model/optimizers.js';
import { segmentsOf } from '../model/segments.js';
import { stateSize } from '../model/states.js';
import type { Program, ProgramBuilder, View } from '../schedule/program.js';
import type { Lowering } from './lowering.js';
import { forward, lowerLoss, lowerWindow, type RunShape, start, type TextShape } from './window.js';

export { forward, type RunShape, start, type TextShape } from './window.js';

/** Lowers a training window to ∂L/∂parameters in `gradient`, and returns the losses of its rows. */
export type LowerTraining = (lowering: Lowering, run: RunShape, text: TextShape) => View;

export interface TrainingShape {
  readonly optimizer: OptimizerDescription;
  readonly clip: Clip;
  /** `lowerSegments` (./segments.ts) where the run has segments: given, so that only those who recompute load it. */
  readonly window?: LowerTraining | undefined;
}

/** One training step: window, forward, loss, backward through time, norm, clip and update. */
export function trainingProgram(
  run: RunShape, text: TextShape, { optimizer, clip, window = lowerWhole }: TrainingShape,
): Program {
  const sets = controlSets(segmentsOf(run.timeSteps, run.recompute).length);
  const lowering = start(run, {
    name: 'train', space: 'train ', parameters: 'parameters', training: true, sets,
  });
  const { builder, trials, layout, control } = lowering;
  const results = resultRing(builder, 'results');
  const loss = window(lowering, run, text);

  const gradient = builder.persistent('gradient', layout.size);
  const partials = builder.scratch('norm', 2 * normPartials(layout.size));
  builder.dispatch('norm', squaredNorm({ size: layout.size, trials }), { gradient, partials });
  builder.dispatch('report', report({ rows: loss.size, normed: layout.size, trials, sideBySide: sideBySide(run) }), {
    loss, results, control, partials,
  });
  builder.dispatch('update', update({ size: layout.size, trials, optimizer, clip }), {
    parameters: builder.persistent('parameters', layout.size), gradient, control, results,
    ...Object.fromEntries(
      OPTIMIZER_STATES[optimizer.kind].map((name) => [name, builder.persistent(name, layout.size)]),
    ),
  });
  return builder.build();
}

/** A window in one go, all its activations kept. */
function lowerWhole(lowering: Lowering, run: RunShape, text: TextShape): View {
  const { model, timeSteps, batch } = run;
  if (evaluationSteps(run) < timeSteps) throw new Error('a run with segments is lowered by lowerSegments');
  const { builder } = lowering;
  const { inputs, targets } = lowerWindow(lowering, text, false);
  const { logits, backward } = forward(lowering, model, inputs, builder.persistent('states', stateSize(model, batch)));
  const loss = builder.scratch('loss', timeSteps * batch);
  lowerLoss(lowering, model, logits, { targets, loss });
  backward(logits.view);
  return loss;
}

/**
 * The loss of one window of a text, masked past its end; states carried apart from training's. A window has
 * {@link evaluationSteps} time steps.
 */
export function evaluationProgram(run: RunShape, text: TextShape): Program {
  // Same shapes as training, so its histories can be lent: training's states are carried in a buffer of their own.
  const lowering = start({ ...run, timeSteps: evaluationSteps(run) }, {
    name: 'evaluate', space: 'train ', parameters: 'parameters', training: false,
  });
  const { builder, trials, timeSteps, batch } = lowering;
  const { inputs, targets, mask } = lowerWindow(lowering, text, true);
  const states = builder.persistent('evaluation states', stateSize(run.model, batch));
  const { logits } = forward(lowering, run.model, inputs, states);
  const rows = timeSteps * batch;
  const count = builder.scratch('count', 1);
  builder.dispatch('mask count', sum({ size: rows, trials }), { x: mask!, out: count });
  const loss = builder.scratch('loss', rows);
  lowerLoss(lowering, run.model, logits, { targets, loss, masked: { mask: mask!, count } });
  builder.dispatch('report', report({ rows, normed: 0, trials, sideBySide: sideBySide(run) }), {
    loss, results: resultRing(builder, 'evaluation results'), control: lowering.control,
  });
  return builder.build();
}

/** Time steps of a window of an evaluation: no more than training keeps the activations of. */
export const evaluationSteps = ({ timeSteps, recompute = timeSteps }: RunShape): number =>
  Math.min(timeSteps, recompute);

/** Whether threads that wait for one another cost little. */
export const sideBySide = ({ strategy }: RunShape): boolean => strategy.columnLanes > 1;

const resultRing = (builder: ProgramBuilder, name: string): View => builder.persistent(name, RING * RESULT_WORDS);
