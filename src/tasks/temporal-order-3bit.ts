import { lengthOptions, orderProblem, pascanuSetup, SOURCE, solvedFigure } from './pascanu.js';
import type { Task } from './task.js';

/**
 * Temporal order with three triggers, in [.1, .2)T, [.3, .4)T and [.6, .7)T: 8 classes. The set-up is that of the task
 * with two.
 */
export const temporalOrder3bit: Task = {
  name: 'temporal-order-3bit',
  title: 'The order of three triggers among distractors',
  source: `${SOURCE}, section 4.1.2`,
  options: lengthOptions('time steps'),
  problem: (values) => orderProblem(values, [1, 3, 6]),
  setup: () => pascanuSetup(50, 0.01, 4, 1),
  paper: solvedFigure,
};
