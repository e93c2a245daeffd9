import type { CounterRandom } from '../random/counter-random.js';
import { limitOf, type Row } from './hochreiter-1997.js';
import type { Problem, Sequence, Setup, TaskOption } from './task.js';
import { checkValues } from './values.js';

/** Tasks 2a and 2b of Hochreiter & Schmidhuber 1997, section 5.2, which differ in the symbols between the ends. */

export const lagOptions = {
  length: {
    default: 100, min: 1, max: 1000,
    about: 'time lag p, in steps from the first symbol to where it is predicted; there are p + 1 symbols',
  },
} as const;

/** Where the set-up is knowingly not the paper's. */
export const LAG_BUT = 'cross entropy, and an input gate that starts nearly closed';

/** @throws RangeError where the lag leaves no room for a symbol between the ends */
export function lagLength<Name extends string>(
  task: string, options: Readonly<Record<Name | 'length', TaskOption>>, values: Readonly<Record<string, number>>,
): Readonly<Record<Name | 'length', number>> {
  const checked = checkValues(task, options, values);
  if (checked.length < 2) {
    throw new RangeError(`${task} length is ${checked.length}: between the two equal symbols must be another one, ` +
      'give at least 2');
  }
  return checked;
}

/**
 * The problem but for its judge: sequences x, …, x and y, …, y of p + 1 symbols, whose next one is to be predicted;
 * `middle` gives symbols 1 … p − 1 between the ends. Symbols a_1, …, a_{p−1}, x, y, from 0. `told`: the error is of
 * every time step or of the last. It is the cross entropy: with the paper's squared error, which fades where an output
 * is far off, its rates take five times as long, or never get there.
 */
export function lagProblem(
  length: number, told: 'always' | 'end', middle: (random: CounterRandom, t: number) => number,
): Omit<Problem, 'judge' | 'criterion'> {
  return {
    timeSteps: length,
    input: { kind: 'tokens', vocabulary: length + 1 },
    outputs: length + 1,
    loss: 'logistic',
    target: 'class',
    draw(random: CounterRandom, sequence: Sequence) {
      const { inputs, targets, weights } = sequence;
      const end = length - 1 + random.integer(2);
      inputs[0] = end;
      for (let t = 1; t < length; t++) inputs[t] = targets[t - 1] = middle(random, t);
      targets[length - 1] = end;
      weights.fill(1, told === 'end' ? length - 1 : 0, length);
      sequence.length = length;
    },
  };
}

/**
 * One memory cell with an input gate and no output gate, and weights from all layers below to the outputs (table 10,
 * "B"). The paper adds cell and gate "once the error has stopped decreasing", here after `joins` sequences. Of a gate
 * that starts half open the cell has taken in 25 by the end, and the first errors of its outputs saturate them for
 * good; so the gate starts nearly closed, the paper's remedy against drift (section 4), by a shift of its weights.
 */
export const lagSetup = (
  rows: readonly Row[], values: Readonly<Record<string, number>>, joins: number,
): Setup => ({
  cell: 'carousel',
  units: 1,
  options: { bias: 'none' },
  output: { bias: false, skip: true },
  initial: { weights: { kind: 'uniform', bound: .2 }, shifts: { input: -4 } },
  optimizer: { kind: 'sgd', rate: 1 },
  batch: 1,
  joins,
  limit: limitOf(rows, values),
});
