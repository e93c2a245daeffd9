import { experiment, figureOf, type Row } from './hochreiter-1997.js';
import { lagLength, lagOptions, lagProblem, lagSetup } from './lag-2ab.js';
import type { Task } from './task.js';

/** In the text of section 5.2. */
const rows: readonly Row[] = [{ values: { length: 100 }, sequences: 5_680, trials: 18, success: 1 }];

/**
 * As task 2a, with p − 1 symbols drawn from a_1, …, a_{p−1} between the ends (Hochreiter & Schmidhuber 1997, section
 * 5.2, task 2b). The next symbol is to be predicted, and trained on, at every time step; only the last one can be.
 */
export const lag2b: Task = {
  name: 'lag-2b',
  title: 'the first symbol again after p others, drawn at random',
  source: experiment('2b'),
  options: lagOptions,
  problem(values) {
    const length = lagLength('lag-2b', values);
    return {
      ...lagProblem(length, (random) => random.integer(length - 1)),
      judge: { kind: 'error', bound: .25 },
      judged: 'end',
      criterion: {
        on: 'fresh', sequences: 1000, wrong: 0, every: 500,
        text: 'all errors below .25 at the end of 1,000 fresh sequences (paper: of 10,000)',
      },
    };
  },
  setup: (values) => lagSetup(rows, values),
  paper: (values) => figureOf(rows, values),
};
