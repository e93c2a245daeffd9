/**
 * The long-term dependency lab, `latch/lab`: the literature's experiments on many small networks at once.
 *
 *     const experiment = prepareExperiment({ task: 'temporal-order-6a', trials: 10 });
 *     const outcome = await runExperiment(await openDevice(), experiment);
 */
export { prepareExperiment } from './experiment.js';
export { runExperiment, type RunOptions } from './run.js';
export type {
  Experiment, ExperimentListener, ExperimentOptions, ExperimentOutcome, GateStatistics, GradientFlow, TrialProgress,
  TrialResult,
} from './types.js';
export { taskNamed, tasks } from '../tasks/index.js';
export { rivals, runRival } from '../tasks/rivals/index.js';
export type { Examples, PaperFigure, Problem, Setup, Task } from '../tasks/task.js';
