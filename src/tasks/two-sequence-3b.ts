import { twoSequence } from './two-sequence-3.js';

/** Table 5; its criterion ST2. By ST1 (fewer than 6 of 256 wrong) alone: 41,740, 74,950 and 481,060. */
export const twoSequence3b = twoSequence({
  letter: 'b',
  title: 'As 3a, and the first values are noisy too',
  noisySignal: true,
  targets: [1, 0],
  noisyTargets: false,
  bound: .2,
  criterion: {
    wrong: 5, error: .04,
    text: 'ST2: of 256 fresh sequences fewer than 6 have an error above .2, and the mean error is below .04',
  },
  rate: 1,
  rows: [[100, 3, 43_250], [100, 1, 78_430], [1000, 1, 485_080]],
});
