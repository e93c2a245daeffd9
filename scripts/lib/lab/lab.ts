import type {
  Experiment, ExperimentListener, ExperimentOptions, ExperimentOutcome, TrialProgress, TrialResult,
} from '../../../src/lab/types.js';
import {
  type Findings, findingsOf, type LabRow, merge, missingSeeds, NOTHING, rowOf, settingsOf,
} from './row.js';
import type { Store } from './store.js';

/** Where experiments are computed. After an error it can be asked for another one. */
export interface Host {
  /** Known when the first trial has ended, at the latest. */
  readonly adapter: string;
  /** @throws HostError where nothing can be computed, Error with the reason for what went wrong with this one */
  run(
    options: ExperimentOptions, seeds: readonly number[], listener: ExperimentListener, signal: AbortSignal,
  ): Promise<ExperimentOutcome>;
  close(): Promise<void>;
}

/** No experiment can be computed here at all, as without an adapter. */
export class HostError extends Error {
  override readonly name = 'HostError';
}

/** Who shows what happens. */
export interface View {
  /** `seeds` are those that still have to be run: none where the row is there already. */
  begin(experiment: Experiment, name: string, seeds: readonly number[]): void;
  progress(trials: readonly TrialProgress[], seconds: number): void;
  trial(result: TrialResult): void;
  end(row: LabRow): void;
}

export interface LabParts {
  readonly host: Host;
  readonly store: Store;
  readonly view: View;
  /** Aborts all: the row under way is kept as it is. */
  readonly signal: AbortSignal;
  readonly prepare: (options: ExperimentOptions) => Experiment | Promise<Experiment>;
}

/** Runs experiments one after another, and none that is in the store already. */
export class Lab {
  constructor(private readonly parts: LabParts) {}

  get stopped(): boolean {
    return this.parts.signal.aborted;
  }

  /**
   * The experiment's row, with the trials that had ended where it was stopped or something broke.
   * @param name what tells it from others of a series
   * @param until stops this experiment alone
   * @throws RangeError as prepareExperiment does
   */
  async run(options: ExperimentOptions, name = '', until?: AbortSignal): Promise<LabRow> {
    const { store, view, prepare } = this.parts;
    const experiment = await prepare(options);
    const kept = store.find(settingsOf(experiment));
    const before = kept ? findingsOf(kept) : NOTHING;
    const seeds = missingSeeds(experiment, before);
    view.begin(experiment, name, seeds);
    const found = seeds.length > 0 ? await this.compute(experiment, before, seeds, until) : before;
    const row = rowOf(experiment, found);
    store.put(row);
    await store.flush();
    view.end(row);
    return row;
  }

  private async compute(
    experiment: Experiment, before: Findings, seeds: readonly number[], until?: AbortSignal,
  ): Promise<Findings> {
    const { host, store, view, signal: all } = this.parts;
    const signal = until ? AbortSignal.any([all, until]) : all;
    const trials: TrialResult[] = [];
    const begun = performance.now();
    const found = (more: Partial<Findings> = {}): Findings => merge(before,
      { trials, adapter: host.adapter, seconds: (performance.now() - begun) / 1000, ...more });
    const listener: ExperimentListener = {
      progress: (all, seconds) => view.progress(all, seconds),
      trial(result) {
        trials.push(result);
        store.put(rowOf(experiment, found()));
        view.trial(result);
      },
    };
    if (signal.aborted) return before;
    try {
      const outcome = await host.run(experiment.options, seeds, listener, signal);
      const { adapter, seconds } = outcome;
      // Of a trial that was stopped on its way, it says nothing.
      const flow = outcome.trials.some(({ seed }) => seed === seeds[0]) ? outcome.gradientFlow : undefined;
      return merge(before, { trials: outcome.trials, flow, adapter, seconds });
    } catch (error) {
      if (error instanceof HostError) throw error;
      // What fails because it was told to stop has not failed.
      return found(signal.aborted ? {} : { failed: error instanceof Error ? error.message : String(error) });
    }
  }
}
