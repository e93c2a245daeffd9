import { lengthOptions, markedProblem, pascanuSetup, SOURCE, solvedFigure } from './pascanu.js';
import type { Task } from './task.js';

/**
 * Multiplication: the product of the two marked values; the set-up is that of addition. For the task of Hochreiter &
 * Schmidhuber 1997, see multiplication.
 */
export const multiplicationPascanu: Task = {
  name: 'multiplication-pascanu',
  title: 'The product of two marked values',
  source: `${SOURCE}, section 4.1.2`,
  options: lengthOptions('time steps of the shortest sequence'),
  problem: (values) => markedProblem(values, (first, second) => first * second),
  setup: () => pascanuSetup(50, 0.01, 0.5, 6),
  paper: solvedFigure,
};
