import { lengthOptions, orderProblem, pascanuSetup, SOURCE, solvedFigure } from './pascanu.js';
import type { PaperFigure, Task } from './task.js';

/**
 * Temporal order: which of two triggers was shown in [.1, .2)T and which in [.5, .6)T, 4 classes. Ω weighs 4 as in the
 * paper; its released code has 2. For the task of Hochreiter & Schmidhuber 1997, see temporal-order-6a.
 */
export const temporalOrder: Task = {
  name: 'temporal-order',
  title: 'The order of two triggers among distractors',
  source: `${SOURCE}, section 4.1.1`,
  options: lengthOptions('time steps'),
  problem: (values) => orderProblem(values, [1, 5]),
  setup: () => pascanuSetup(50, 0.01, 4, 1),
  paper: (values) => (values.length === 50 && values.longest === 200 ? GENERALISES : solvedFigure(values)),
};

const GENERALISES: PaperFigure = {
  success: 1,
  text: 'one network, trained on lengths 50 to 200, has 0 of 10,000 wrong at every length up to 5000',
  known: 'paper',
};
