import { blockSetup, experiment, figureOf, limitOf, type Row } from './hochreiter-1997.js';
import { markedPairs, pairLength } from './marked-pairs.js';
import type { Task } from './task.js';
import { checkValues } from './values.js';

const options = {
  length: pairLength,
  wrong: { default: 140, min: 1, max: 2000, about: 'n: solved with fewer of 2,000 wrong (paper: 140 and 13)' },
} as const;

/** Table 8. */
const rows: readonly Row[] = [
  { values: { length: 100, wrong: 140 }, sequences: 482_000, trials: 10 },
  { values: { length: 100, wrong: 13 }, sequences: 1_273_000, trials: 10 },
];

/** The product of two marked values in [0, 1) (Hochreiter & Schmidhuber 1997, section 5.5). */
export const multiplication: Task = {
  name: 'multiplication',
  title: 'The product of two marked values, told at the end',
  source: experiment('5'),
  options,
  problem(values) {
    const { length, wrong } = checkValues('multiplication', options, values);
    return {
      ...markedPairs({ task: 'multiplication', length, low: 0, neutral: 1, target: (x1, x2) => x1 * x2 }),
      judge: { kind: 'error', bound: .04 },
      criterion: {
        on: 'stream', sequences: 2000, wrong: wrong - 1,
        text: `of the last 2,000 training sequences fewer than ${wrong} have an error above .04`,
      },
    };
  },
  // Unlike the adding problem's, no gate has a bias of its own at the start (table 10, "r").
  setup: (values) => blockSetup({
    blocks: 2, size: 2, bias: 'input', outputBias: true, bound: .1, rate: .1, limit: limitOf(rows, values),
  }),
  paper: (values) => figureOf(rows, values),
};
