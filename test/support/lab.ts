// Rows and hosts of the lab without anything being trained.
import type { Host } from '../../scripts/lib/lab/lab.js';
import { type Findings, type LabRow, rowOf } from '../../scripts/lib/lab/row.js';
import { prepareExperiment } from '../../src/lab/experiment.js';
import type { ExperimentOptions, GradientFlow, TrialResult } from '../../src/lab/types.js';

export const trial = (seed: number, sequences: number | null, more: Partial<TrialResult> = {}): TrialResult => ({
  seed, success: sequences !== null, sequences, trained: sequences ?? 3000,
  test: { sequences: 10_000, wrong: sequences === null ? 0.5 : 0.001, error: sequences === null ? 0.8 : 0.02 },
  ended: sequences === null ? 'limit' : 'success',
  curve: [[100, 0.5, 0.4], [200, 0.02, 0]], ...more,
});

export const flow: GradientFlow = {
  error: [1, 0.5, 0.25], jacobian: [1, 0.8, 0.64], singularValue: 1.1, gates: [], rate: 0.8,
  verdict: 'vanishing at 0.8 per step',
};

export const row = (options: ExperimentOptions, trials: readonly TrialResult[], more: Partial<Findings> = {}): LabRow =>
  rowOf(prepareExperiment(options), { trials, adapter: 'a GPU', seconds: 60, ...more });

/** A host whose trials each succeed after 100 sequences times their seed, unless `run` says otherwise. */
export function fakeHost(
  run?: (seeds: readonly number[], signal: AbortSignal, ended: (seed: number) => void) => Promise<void>,
): Host & { readonly asked: { readonly options: ExperimentOptions; readonly seeds: readonly number[] }[] } {
  const asked: { options: ExperimentOptions; seeds: readonly number[] }[] = [];
  return {
    asked,
    adapter: 'a GPU',
    async run(options, seeds, listener, signal) {
      asked.push({ options, seeds });
      const trials: TrialResult[] = [];
      const ended = (seed: number): void => {
        trials.push(trial(seed, 100 * seed));
        listener.trial(trials.at(-1)!);
      };
      if (run) await run(seeds, signal, ended);
      else seeds.forEach(ended);
      return {
        trials, gradientFlow: flow, adapter: 'a GPU', seconds: 10, interrupted: trials.length < seeds.length,
      };
    },
    close: async () => undefined,
  };
}
