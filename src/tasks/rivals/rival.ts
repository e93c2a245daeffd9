import type { Problem, Setup } from '../task.js';

/**
 * A way of training that Bengio, Simard & Frasconi (1994, section V) put beside back-propagation, or random guessing.
 * All run in float64 on the CPU, on the net of `rival-net.ts`, a sequence at a time.
 */
export interface Rival {
  /** As on the command line: `simulated-annealing`. */
  readonly name: string;
  /** One line for a list of rivals. */
  readonly title: string;
  /** Paper, section and equation. */
  readonly source: string;
  /** @throws RangeError where the algorithm is not defined for the problem, or `seed` or `limit` cannot be */
  run(problem: RivalProblem, options: RivalOptions): RivalResult;
}

/** A task at chosen sizes, and the paper's set-up: its units, output layer, first weights and rate. */
export interface RivalProblem {
  readonly problem: Problem;
  readonly setup: Setup;
}

export interface RivalOptions {
  /** u32: the same seed gives the same result. */
  readonly seed: number;
  /** Sequences presented after which the trial has failed; a presentation is one forward pass. */
  readonly limit: number;
}

export interface RivalResult {
  /** Whether the task's criterion was met on fresh sequences. */
  readonly success: boolean;
  /** Sequences presented in training, up to success or in all. Those of tests do not count. */
  readonly sequences: number;
  /** Points of weight space that were tried, for the searches: what Schmidhuber et al. (2001) call trials. */
  readonly points?: number;
  /** Share of fresh sequences that the last weights get wrong, 0 to 1. */
  readonly testWrong: number;
}
