import type { Task } from '../task.js';
import { backPropagation } from './back-propagation.js';
import { discreteErrorPropagation } from './discrete-error.js';
import { multiGridRandomSearch } from './multi-grid.js';
import { pseudoNewton } from './pseudo-newton.js';
import { randomGuessing } from './random-guessing.js';
import type { Rival, RivalResult } from './rival.js';
import { simulatedAnnealing } from './simulated-annealing.js';
import { timeWeightedPseudoNewton } from './time-weighted.js';

export type { Rival, RivalOptions, RivalProblem, RivalResult } from './rival.js';

/** Back-propagation, and the rivals of Bengio, Simard & Frasconi (1994), and random guessing. */
export const rivals: readonly Rival[] = [
  backPropagation,
  pseudoNewton,
  timeWeightedPseudoNewton,
  simulatedAnnealing,
  multiGridRandomSearch,
  discreteErrorPropagation,
  randomGuessing,
];

/** @throws RangeError where there is none of that name */
export function rivalNamed(name: string): Rival {
  const rival = rivals.find((one) => one.name === name);
  if (!rival) throw new RangeError(`rival is ${name}: use ${rivals.map((one) => one.name).join(', ')}`);
  return rival;
}

/** One trial of a rival. */
export interface RivalTrial extends RivalResult {
  readonly seed: number;
}

/**
 * Runs trials one after the other, and returns them in the order of the seeds.
 * @param name of a rival
 * @param values options of the task; what is not among them has its default
 * @param seeds u32, one a trial
 * @param limit sequences presented after which a trial has failed
 * @param onProgress called after each trial
 * @param units in place of the set-up's: searches for parity need the net to be small
 * @throws RangeError where the rival is not defined for the task, e.g. one with a target at every time step
 */
export function runRival(
  name: string, task: Task, values: Readonly<Record<string, number>>, seeds: readonly number[], limit: number,
  onProgress?: (trial: RivalTrial, done: number) => void, units?: number,
): readonly RivalTrial[] {
  const rival = rivalNamed(name);
  const defaults = Object.entries(task.options).map(([option, { default: value }]) => [option, value] as const);
  const all = { ...Object.fromEntries(defaults), ...values };
  const setup = task.setup(all);
  const problem = { problem: task.problem(all), setup: { ...setup, units: units ?? setup.units } };
  return seeds.map((seed, n) => {
    const trial = { seed, ...rival.run(problem, { seed, limit }) };
    onProgress?.(trial, n + 1);
    return trial;
  });
}
