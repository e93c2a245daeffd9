// Computes experiments, the same in the page, in a process with Dawn and on the CPU.
import { type Device, openDevice } from '../../src/index.js';
import { prepareExperiment } from '../../src/lab/experiment.js';
import { CPU, runExperiment } from '../../src/lab/run.js';
import type { ExperimentListener, ExperimentOptions, ExperimentOutcome } from '../../src/lab/types.js';
import { taskNamed } from '../../src/tasks/index.js';
import type { Examples } from '../../src/tasks/task.js';
import type { Answer, LabCalls } from './lab-messages.js';

export interface ServiceOptions {
  readonly cpu?: boolean;
  /** Asked for once, by the first task that needs them. */
  readonly examples: () => Promise<Examples>;
  readonly listener: ExperimentListener;
}

/** Errors are returned, not thrown: what crosses to the terminal keeps its name and message, and no stack. */
export function labService({ cpu = false, examples, listener }: ServiceOptions): LabCalls {
  let device: Device | undefined;
  let digits: Promise<Examples> | undefined;
  let stopping = new AbortController();

  async function run(options: ExperimentOptions, seeds: readonly number[]): Promise<ExperimentOutcome> {
    stopping = new AbortController();
    const recorded = taskNamed(options.task).needs ? await (digits ??= examples()) : undefined;
    const experiment = prepareExperiment(options, recorded);
    const on = cpu ? 'cpu' : device;
    if (on === undefined) throw new Error('the device is not open');
    try {
      return await runExperiment(on, experiment, { seeds, listener, signal: stopping.signal });
    } catch (error) {
      const opened = device;
      device = undefined; // the next experiment opens another one
      try {
        opened?.check(); // what the GPU reported explains more than what failed because of it
      } finally {
        opened?.destroy();
      }
      throw error;
    }
  }

  return {
    open: () => answer(async () => (cpu ? CPU : (device ??= await openDevice()).adapter.name)),
    run: (options, seeds) => answer(() => run(options, seeds)),
    stop: () => stopping.abort(),
  };
}

async function answer<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { result: await work() };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { error: { name, message } };
  }
}
