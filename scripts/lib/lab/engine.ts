// The lab's way into the library, in this process: experiments are checked here before any is computed elsewhere.
import { prepareExperiment } from '../../../src/lab/experiment.js';
import type { Experiment, ExperimentOptions } from '../../../src/lab/types.js';
import { taskNamed } from '../../../src/tasks/index.js';
import { loadDigits } from '../digits.js';

export { taskNamed, tasks } from '../../../src/tasks/index.js';

/** @throws RangeError with the reason, where the options cannot be */
export async function prepare(options: ExperimentOptions): Promise<Experiment> {
  const examples = taskNamed(options.task).needs ? await loadDigits() : undefined;
  return prepareExperiment(options, examples);
}
