import { CRITERION, lengthOptions, lengthsOf, pascanuSetup, SOURCE } from './pascanu.js';
import type { PaperFigure, Problem, Task } from './task.js';

const SYMBOLS = 100;

/**
 * Random permutation: the first of the symbols is 0 or 1, all others are drawn from 2 to 99, and after the last comes
 * the first again. Only that can be predicted, so only there is an error, as in the released code; the paper's text has
 * the network predict every symbol.
 */
export const randomPermutation: Task = {
  name: 'random-permutation',
  title: 'After random symbols, the first again',
  source: `${SOURCE}, section 4.1.2`,
  options: lengthOptions('time steps'),
  problem: (values) => permutationProblem(values),
  setup: () => pascanuSetup(100, 0.001, 1, 6),
  paper: ({ length, longest }) => (length <= 200 && longest === 0 ? FIGURE : undefined),
};

const FIGURE: PaperFigure = { success: 0.4, text: 'solved in 2 of 5 trials up to length 200', known: 'paper' };

/** @throws RangeError where there is one symbol alone, and nothing to be remembered */
function permutationProblem(values: Readonly<Record<string, number>>): Problem {
  const lengths = lengthsOf(values);
  if (lengths.shortest < 2) {
    throw new RangeError(`length is ${lengths.shortest}: the symbol to keep needs others after it; give at least 2`);
  }
  return {
    timeSteps: lengths.longest,
    input: { kind: 'tokens', vocabulary: SYMBOLS },
    outputs: SYMBOLS,
    loss: 'softmax',
    target: 'class',
    judge: { kind: 'largest' },
    criterion: CRITERION,
    draw(random, sequence) {
      const { inputs, targets, weights } = sequence;
      const length = lengths.draw(random);
      const first = random.integer(2);
      inputs[0] = first;
      for (let t = 1; t < length; t++) inputs[t] = 2 + random.integer(SYMBOLS - 2);
      sequence.length = length;
      targets[length - 1] = first;
      weights[length - 1] = 1;
    },
  };
}
