import { experiment, figureOf, type Row } from './hochreiter-1997.js';
import { LAG_BUT, lagLength, lagOptions, lagProblem, lagSetup } from './lag-2ab.js';
import type { Task } from './task.js';

/** Table 2. */
const rows: readonly Row[] = [{ values: { length: 100 }, sequences: 5_040, trials: 18, success: 1 }];

/**
 * x, a_1, …, a_{p−1}, x or y, a_1, …, a_{p−1}, y (Hochreiter & Schmidhuber 1997, section 5.2, task 2a): the next symbol
 * is to be predicted at every time step. All of them are predictable, the last from the first alone.
 */
export const lag2a: Task = {
  name: 'lag-2a',
  title: 'The first symbol again after p others, always the same ones',
  source: experiment('2a'),
  options: lagOptions,
  problem(values) {
    const { length } = lagLength('lag-2a', lagOptions, values);
    return {
      ...lagProblem(length, 'always', (_, t) => t - 1),
      judge: { kind: 'error', bound: .25 },
      criterion: {
        on: 'fresh', sequences: 100, wrong: 0, every: 100,
        text: 'all errors below .25 at every time step of 100 sequences (paper: of 10,000; there are only two of them)',
      },
    };
  },
  setup: (values) => lagSetup(rows, values, 2000),
  paper: (values) => figureOf(rows, values, LAG_BUT),
};
