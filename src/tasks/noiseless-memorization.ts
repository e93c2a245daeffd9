import { atTheStart, copyingOptions, copyingProblem } from './copying.js';
import { CRITERION, lengthOptions, lengthsOf, pascanuSetup, SOURCE, solvedFigure } from './pascanu.js';
import type { Problem, Task } from './task.js';

/**
 * Noiseless memorisation: 10 symbols of 5 kinds, a delay of `length` blanks, and then all of them again, from the step
 * that shows the marker on. The network says "blank" before. Ω and the norm are the released code's defaults.
 */
export const noiselessMemorization: Task = {
  name: 'noiseless-memorization',
  title: 'Ten symbols again after a silence',
  source: `${SOURCE}, section 4.1.2`,
  options: { ...lengthOptions('blanks between the symbols and the marker'), ...copyingOptions(10, 5) },
  problem: (values) => memorizationProblem(values),
  setup: () => pascanuSetup(50, 0.01, 2, 1),
  paper: (values) => (values.symbols === 10 && values.kinds === 5 ? solvedFigure(values) : undefined),
};

function memorizationProblem(values: Readonly<Record<string, number>>): Problem {
  const { symbols, kinds } = values;
  const lengths = lengthsOf(values);
  const places = atTheStart(symbols);
  return copyingProblem({
    symbols,
    kinds,
    longest: lengths.longest,
    delay: (random) => lengths.draw(random),
    places: () => places,
    marker: (delay) => symbols + delay,
    recall: (delay) => symbols + delay,
    blanks: true,
  }, CRITERION);
}
