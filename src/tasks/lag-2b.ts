import { experiment, figureOf, type Row } from './hochreiter-1997.js';
import { LAG_BUT, lagLength, lagOptions, lagProblem, lagSetup } from './lag-2ab.js';
import type { Task } from './task.js';

const options = {
  ...lagOptions,
  always: { default: 0, min: 0, max: 1, about: '1: the error is of every time step, 0: of the last' },
} as const;

/** In the text of section 5.2. */
const rows: readonly Row[] = [{ values: { length: 100 }, sequences: 5_680, trials: 18, success: 1 }];

/**
 * As task 2a, with p − 1 symbols drawn from a_1, …, a_{p−1} between the ends (Hochreiter & Schmidhuber 1997, section
 * 5.2, task 2b). Only the last symbol can be predicted. The paper trains on the next one at every time step; with one
 * update a sequence the unpredictable ones drown it, so the error is of the last step alone here; with the
 * option `always` it is as in the paper.
 */
export const lag2b: Task = {
  name: 'lag-2b',
  title: 'The first symbol again after p others, drawn at random',
  source: experiment('2b'),
  options,
  problem(values) {
    const { length, always } = lagLength('lag-2b', options, values);
    return {
      ...lagProblem(length, always === 1 ? 'always' : 'end', (random) => random.integer(length - 1)),
      judged: 'end',
      judge: { kind: 'error', bound: .25 },
      criterion: {
        on: 'fresh', sequences: 1000, wrong: 0, every: 500,
        text: 'all errors below .25 at the end of 1,000 fresh sequences (paper: of 10,000)',
      },
    };
  },
  setup: (values) => lagSetup(rows, values, 1000),
  paper: (values) =>
    figureOf(rows, values, values.always === 1 ? LAG_BUT : `${LAG_BUT}, the error of the last step alone`),
};
