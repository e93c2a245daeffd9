import type { Model } from '../model/description.js';
import type { PaperFigure, Problem, Setup, Task } from '../tasks/task.js';
import type { Driver } from '../kernels/recurrence.js';

/** What an experiment is asked for; plain data. What is left out is the paper's, or the task's default. */
export interface ExperimentOptions {
  /** Its name in the catalogue, `tasks`. */
  readonly task: string;
  /** The task's own numbers: `{ length: 100 }`. */
  readonly values?: Readonly<Record<string, number>>;
  /** A name of `cells`; with another than the paper's, the rest of its set-up (batch, optimiser) stays. */
  readonly cell?: string;
  readonly units?: number;
  readonly layers?: number;
  readonly trials?: number;
  /** Trial n has seed + n. */
  readonly seed?: number;
  /** Sequences of an update. */
  readonly batch?: number;
  readonly optimizer?: 'sgd' | 'adam' | 'rmsprop' | 'adagrad';
  readonly rate?: number;
  readonly clipNorm?: number;
  readonly clipValue?: number;
  /** Weight of Pascanu's regulariser Ω; 0: none. */
  readonly omega?: number;
  /** How weights start: one of INITIAL_SCHEMES. */
  readonly initial?: string;
  readonly forgetBias?: number;
  /** Sequences after which a trial has failed. */
  readonly limit?: number;
  readonly driver?: Driver;
}

/** An experiment with everything decided and checked. */
export interface Experiment {
  readonly options: ExperimentOptions;
  readonly task: Task;
  readonly values: Readonly<Record<string, number>>;
  readonly problem: Problem;
  readonly setup: Setup;
  readonly model: Model;
  readonly seeds: readonly number[];
  /** Sequences of the test, fresh ones that no trial was trained on. */
  readonly testSequences: number;
  /** The paper's figure for these values, with its own set-up. */
  readonly paper: PaperFigure | undefined;
  /** The set-up is the paper's own, so that its figure can be held against ours. */
  readonly asPaper: boolean;
}

/** One trial, when it has ended. */
export interface TrialResult {
  readonly seed: number;
  readonly success: boolean;
  /** Training sequences seen when the criterion was met; null where it was not. */
  readonly sequences: number | null;
  /** Training sequences seen in all; of a trial that diverged, to the end of the block that it was seen in. */
  readonly trained: number;
  /** Over fresh sequences after training: share that is wrong, and mean |y − target|. */
  readonly test: { readonly sequences: number; readonly wrong: number; readonly error: number };
  /** Why it ended without success. */
  readonly ended: 'success' | 'limit' | 'diverged';
  /** Mean error of the training sequences since the point before, against sequences seen: at most 200 points. */
  readonly curve: readonly (readonly [sequences: number, error: number, wrong: number])[];
}

/** How gradients flow in a trained network: see src/lab/gradient-flow.ts. */
export interface GradientFlow {
  /** ‖∂E/∂h_t‖ by lag T − t = 0, 1, …: root mean square over the batch. */
  readonly error: readonly number[];
  /** ‖∂h_T/∂h_t‖ by lag, as a part of that at lag 0: √(mean ‖vᵀ∂h_T/∂h_t‖² / mean ‖v‖²) over random vectors v. */
  readonly jacobian: readonly number[];
  /** Largest singular value of the recurrent weights: of each gate's own, all it sees side by side, the largest. */
  readonly singularValue: number;
  readonly gates: readonly GateStatistics[];
  /** Factor a step of lag of ‖∂h_T/∂h_t‖: the slope of its logarithm. */
  readonly rate: number;
  /** `vanishing at 0.82 per step`, `exploding at 1.1 per step`, `flowing`. */
  readonly verdict: string;
}

export interface GateStatistics {
  readonly gate: string;
  readonly mean: number;
  /** Shares of activations below .1 and above .9 (Karpathy et al. 2015). */
  readonly left: number;
  readonly right: number;
}

/** A trial under way. */
export interface TrialProgress {
  readonly seed: number;
  readonly sequences: number;
  /** Means over the newest sequences (at most the criterion's number): mean |y − target|, share wrong. */
  readonly error: number;
  readonly wrong: number;
  readonly state: 'training' | 'success' | 'limit' | 'diverged';
  /** When the criterion was met. */
  readonly solvedAt?: number;
}

export interface ExperimentListener {
  /** At most ten times a second. */
  progress(trials: readonly TrialProgress[], seconds: number): void;
  /** As soon as a trial has ended and was tested. */
  trial(result: TrialResult): void;
}

/** What comes of an experiment. */
export interface ExperimentOutcome {
  readonly trials: readonly TrialResult[];
  /** Of the first trial; absent for a model without recurrent weights that a gradient passes. */
  readonly gradientFlow: GradientFlow | undefined;
  readonly adapter: string;
  readonly seconds: number;
  /** Some trials had not ended when it was interrupted: they are not in `trials`. */
  readonly interrupted: boolean;
}
