import type { RivalNet, Trace } from './rival-net.js';
import { backward, eachUse } from './rival-net.js';
import type { RivalOptions, RivalProblem, RivalResult } from './rival.js';
import type { Sequence } from '../task.js';
import { Trial } from './trial.js';

/** Writes −Δw into `change` [weights], zero when it is called, from what `backward` left in `trace`. */
export type Step = (net: RivalNet, sequence: Sequence, trace: Trace, change: Float64Array) => void;

/** Trains on fresh sequences, an update after each, until the criterion is met on fresh ones. */
export function descend(problem: RivalProblem, options: RivalOptions, step: Step): RivalResult {
  const trial = new Trial(problem, options);
  const { net, trace } = trial;
  const weights = trial.firstWeights();
  const change = new Float64Array(net.weights);
  while (!trial.over) {
    const sequence = trial.next();
    trial.present(weights, sequence);
    backward(net, weights, sequence, trace);
    step(net, sequence, trace, change.fill(0));
    for (let i = 0; i < net.weights; i++) weights[i] -= change[i];
    if (trial.due && trial.solved(weights)) return trial.result(true, weights);
  }
  return trial.result(false, weights);
}

/** ∂C/∂w summed over time: [weights]. */
export function addGradient(net: RivalNet, sequence: Sequence, trace: Trace, gradient: Float64Array): void {
  eachUse(net, sequence, trace, (weight, first) => {
    gradient[weight] += first;
  });
}
