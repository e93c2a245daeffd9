import { blockSetup, experiment, figureOf, limitOf, type Row } from './hochreiter-1997.js';
import { markedPairs, pairLength } from './marked-pairs.js';
import type { Task } from './task.js';
import { checkValues } from './values.js';

const options = {
  length: pairLength,
  linear: { default: 1, min: 0, max: 1, about: 'the output unit: 1 linear, 0 logistic' },
} as const;

/** Table 7. */
const rows: readonly Row[] = [
  { values: { length: 100 }, sequences: 74_000, trials: 10 },
  { values: { length: 500 }, sequences: 209_000, trials: 10 },
  { values: { length: 1000 }, sequences: 853_000, trials: 10 },
];

/**
 * The sum of two marked values in [−1, 1), as .5 + (X1 + X2)/4 (Hochreiter & Schmidhuber 1997, section 5.4).
 *
 * With a logistic output, which the paper seems to have, its criterion is not met here: targets near 0 and 1 ask for
 * outputs where σ' vanishes, and 2 % stay wrong. With a linear one it is, after about as many sequences as there.
 */
export const adding: Task = {
  name: 'adding',
  title: 'The sum of two marked values, told at the end',
  source: experiment('4'),
  options,
  problem(values) {
    const { length, linear } = checkValues('adding', options, values);
    return {
      ...markedPairs({ task: 'adding', length, low: -1, neutral: 0, target: (x1, x2) => .5 + (x1 + x2) / 4 }),
      loss: linear === 1 ? 'linear' : 'sigmoid',
      judge: { kind: 'error', bound: .04 },
      criterion: {
        on: 'stream', sequences: 2000, wrong: 0, error: .01,
        text: 'of the last 2,000 training sequences none has an error above .04, and the mean error is below .01',
      },
    };
  },
  setup: (values) => blockSetup({
    blocks: 2, size: 2, bias: 'input', outputBias: true, bound: .1, inputGates: [-3, -6], rate: .5,
    limit: limitOf(rows, values),
  }),
  paper: (values) => figureOf(rows, values, values.linear === 1 ? 'a linear output unit' : ''),
};
