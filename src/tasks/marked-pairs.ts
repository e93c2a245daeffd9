import type { CounterRandom } from '../random/counter-random.js';
import { longest } from './hochreiter-1997.js';
import type { Problem } from './task.js';

/** Sequences of the adding and multiplication problems (Hochreiter & Schmidhuber 1997, sections 5.4 and 5.5). */

export const pairLength = {
  default: 100, min: 1, max: 10_000, about: 'T: shortest sequence (the longest: T + T/10); the minimal time lag is T/2',
} as const;

/** The first mark lies in the first ten pairs. */
const FIRST_MARK = 10;

/** The first ten pairs must lie in the first half, whose pairs may have the second mark. */
const SHORTEST = 2 * FIRST_MARK;

export interface MarkedPairs {
  readonly task: string;
  /** T. */
  readonly length: number;
  /** Values are uniform in [low, 1). */
  readonly low: number;
  /** What the value of the first pair is set to where that is marked, since its marker is −1 and stays so. */
  readonly neutral: number;
  readonly target: (x1: number, x2: number) => number;
}

/**
 * T to T + T/10 pairs of a value and a marker: −1 for the first and the last pair, 1 for two that are marked, else 0.
 * One of the first ten pairs is marked, then one of the first T/2 − 1 that are not. The target, at the end, is of the
 * values of those two. (The paper speaks of the first mark on the first pair; the second mark there is treated alike.)
 * @throws RangeError where T is too short for the marks
 */
export function markedPairs(
  { task, length, low, neutral, target }: MarkedPairs,
): Pick<Problem, 'timeSteps' | 'input' | 'outputs' | 'loss' | 'target' | 'draw'> {
  if (length < SHORTEST) {
    throw new RangeError(`${task} length is ${length}: one of the first ${FIRST_MARK} pairs is marked, and one of ` +
      `the first half, give at least ${SHORTEST}`);
  }
  const second = Math.floor(length / 2) - 1;
  return {
    timeSteps: longest(length),
    input: { kind: 'values', width: 2 },
    outputs: 1,
    loss: 'sigmoid',
    target: 'values',
    draw(random: CounterRandom, sequence) {
      const { inputs, targets, weights } = sequence;
      sequence.length = length + random.integer(longest(length) - length + 1);
      const last = sequence.length - 1;
      const first = random.integer(FIRST_MARK);
      let other = random.integer(second);
      if (other >= first) other++;
      for (let t = 0; t <= last; t++) inputs[2 * t] = random.uniform(low, 1);
      if (first === 0 || other === 0) inputs[0] = neutral;
      inputs[2 * first + 1] = 1;
      inputs[2 * other + 1] = 1;
      inputs[1] = -1;
      inputs[2 * last + 1] = -1;
      targets[last] = target(inputs[2 * first], inputs[2 * other]);
      weights[last] = 1;
    },
  };
}
