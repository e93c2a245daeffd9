import { twoSequence } from './two-sequence-3.js';

/**
 * Table 6. The input is as in 3a; targets are .2 and .8, with noise in training alone, so that the net has to learn
 * what they are on average.
 */
export const twoSequence3c = twoSequence({
  letter: 'c',
  title: 'As 3a, with noisy targets whose means are to be learnt',
  noisySignal: false,
  targets: [.2, .8],
  noisyTargets: true,
  bound: .1,
  criterion: {
    wrong: 0, error: .015,
    text: 'of 256 fresh sequences none is more than .1 from the noise-free target, and the mean error is below .015',
  },
  rate: .1,
  rows: [[100, 3, 269_650], [100, 1, 565_640]],
});
