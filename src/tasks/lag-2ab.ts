import type { CounterRandom } from '../random/counter-random.js';
import { checkValues, limitOf, type Row } from './hochreiter-1997.js';
import type { Problem, Sequence, Setup } from './task.js';

/** Tasks 2a and 2b of Hochreiter & Schmidhuber 1997, section 5.2, which differ in the symbols between the ends. */

export const lagOptions = {
  length: {
    default: 100, min: 1, max: 1000,
    about: 'time lag p, in steps from the first symbol to where it is predicted; there are p + 1 symbols',
  },
} as const;

/** @throws RangeError where the lag leaves no room for a symbol between the ends */
export function lagLength(task: string, values: Readonly<Record<string, number>>): number {
  const { length } = checkValues(task, lagOptions, values);
  if (length < 2) {
    throw new RangeError(`${task} length is ${length}: between the two equal symbols must be another one, ` +
      'give at least 2');
  }
  return length;
}

/**
 * The problem but for its judge: sequences x, …, x and y, …, y of p + 1 symbols, whose next one is to be predicted at
 * every time step; `middle` gives symbols 1 … p − 1 between the ends. Symbols a_1, …, a_{p−1}, x, y, from 0.
 */
export function lagProblem(
  length: number, middle: (random: CounterRandom, t: number) => number,
): Omit<Problem, 'judge' | 'criterion'> {
  return {
    timeSteps: length,
    input: { kind: 'tokens', vocabulary: length + 1 },
    outputs: length + 1,
    loss: 'sigmoid',
    target: 'class',
    draw(random: CounterRandom, sequence: Sequence) {
      const { inputs, targets, weights } = sequence;
      const end = length - 1 + random.integer(2);
      inputs[0] = end;
      for (let t = 1; t < length; t++) inputs[t] = targets[t - 1] = middle(random, t);
      targets[length - 1] = end;
      weights.fill(1, 0, length);
      sequence.length = length;
    },
  };
}

/**
 * One memory cell with an input gate and no output gate, and weights from all layers below to the outputs (table 10,
 * "B"). The paper adds cell and gate "once the error has stopped decreasing"; here they are there from the start, and
 * the errors of all time steps make one update, which at this rate can saturate the outputs.
 */
export const lagSetup = (rows: readonly Row[], values: Readonly<Record<string, number>>): Setup => ({
  cell: 'carousel',
  units: 1,
  options: { bias: 'none' },
  output: { bias: false, skip: true },
  initial: { weights: { kind: 'uniform', bound: .2 } },
  optimizer: { kind: 'sgd', rate: 1 },
  batch: 1,
  limit: limitOf(rows, values),
});
