import { lengthOptions, markedProblem, pascanuSetup, SOURCE, solvedFigure } from './pascanu.js';
import type { Task } from './task.js';

/** Addition: the mean of the two marked values. For the task of Hochreiter & Schmidhuber 1997, see adding. */
export const addition: Task = {
  name: 'addition',
  title: 'The mean of two marked values',
  source: `${SOURCE}, section 4.1.2`,
  options: lengthOptions('time steps of the shortest sequence'),
  problem: (values) => markedProblem(values, (first, second) => (first + second) / 2),
  setup: () => pascanuSetup(50, 0.01, 0.5, 6),
  paper: solvedFigure,
};
