import { pad4 } from '../model/layout.js';
import type { Problem } from '../tasks/task.js';
import { sigmoid } from './activations.js';

/** Outputs and targets of [T, B] rows of one trial. */
export interface TaskRows {
  readonly timeSteps: number;
  readonly batch: number;
  /** [T, B, pad4(outputs)] */
  readonly outputs: Float64Array;
  /** Classes [T, B], or values [T, B, pad4(outputs)]. */
  readonly targets: ArrayLike<number>;
  /** [T, B] */
  readonly weights: ArrayLike<number>;
  /** [T, B] where the judge is `legal`. */
  readonly legal: ArrayLike<number>;
}

/** What came of one sequence; see `BlockOutcome` (src/tasks/engine.ts). */
export interface SequenceOutcome { wrong: number; error: number; loss: number }

/**
 * A task's loss, ∂loss/∂outputs [T, B, pad4(outputs)], and the judgement of each sequence. Mirrors
 * `shaders/tasks/loss.wgsl` and `judge.wgsl`, where the equations stand.
 */
export function taskLoss(problem: Problem, rows: TaskRows): { gradient: Float64Array; outcomes: SequenceOutcome[] } {
  const { timeSteps, batch, weights } = rows;
  const pitch = pad4(problem.outputs);
  const gradient = new Float64Array(timeSteps * batch * pitch);
  const outcomes = Array.from({ length: batch }, (_, b): SequenceOutcome => {
    const own = { wrong: 0, error: 0, loss: 0 };
    let count = 0;
    for (let t = 0; t < timeSteps; t++) {
      const row = t * batch + b;
      if (weights[row] === 0) continue;
      const { loss, error, wrong } = rowLoss(problem, rows, row, gradient.subarray(row * pitch, (row + 1) * pitch));
      own.loss += loss;
      if (problem.judged === 'end') Object.assign(own, { wrong: Number(wrong), error });
      else {
        own.wrong = Math.max(own.wrong, Number(wrong));
        own.error += error;
        count++;
      }
    }
    own.error /= Math.max(1, count);
    return own;
  });
  return { gradient, outcomes };
}

function rowLoss(
  problem: Problem, { batch, outputs, targets, weights, legal }: TaskRows, row: number, gradient: Float64Array,
): { loss: number; error: number; wrong: boolean } {
  const { outputs: width, loss: kind, target, judge } = problem;
  const pitch = pad4(width);
  const x = outputs.subarray(row * pitch, row * pitch + width);
  const wanted = (v: number): number =>
    (target === 'class' ? Number(targets[row] === v) : targets[row * pitch + v]);
  const top = Math.max(...x);
  const sum = x.reduce((total, value) => total + Math.exp(value - top), 0);
  const weight = weights[row];
  let loss = 0;
  let total = 0;
  let most = 0;
  let inside = Infinity;
  let outside = -Infinity;
  let finite = true;
  for (let v = 0; v < width; v++) {
    const y = kind === 'softmax' ? Math.exp(x[v] - top) / sum : kind === 'linear' ? x[v] : sigmoid(x[v]);
    const difference = y - wanted(v);
    finite &&= Number.isFinite(x[v]);
    if (kind === 'softmax') loss += wanted(v) * (Math.log(sum) - (x[v] - top));
    else if (kind === 'logistic') loss += Math.max(x[v], 0) - x[v] * wanted(v) + Math.log1p(Math.exp(-Math.abs(x[v])));
    else loss += 0.5 * difference ** 2;
    gradient[v] = (weight / batch) * difference * (kind === 'sigmoid' ? y * (1 - y) : 1);
    total += Math.abs(difference);
    most = Math.max(most, Math.abs(difference));
    const may = judge.kind === 'legal' ? ((legal[row] >>> v) & 1) === 1 : wanted(v) > 0.5;
    if (may) inside = Math.min(inside, y);
    else outside = Math.max(outside, y);
  }
  return {
    loss: weight * loss, error: total / width,
    wrong: !finite || (judge.kind === 'error' ? most > Math.fround(judge.bound) : outside >= inside),
  };
}
