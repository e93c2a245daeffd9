import { twoSequence } from './two-sequence-3.js';

/** Table 4; its criterion ST2. By ST1 (none of 256 wrong) alone: 27,380, 58,370 and 446,850. */
export const twoSequence3a = twoSequence({
  letter: 'a',
  title: 'The class is the first values, noise of the same channel follows',
  noisySignal: false,
  targets: [1, 0],
  noisyTargets: false,
  bound: .2,
  criterion: {
    wrong: 0, error: .01,
    text: 'ST2: of 256 fresh sequences none has an error above .2, and the mean error is below .01',
  },
  rate: 1,
  rows: [[100, 3, 39_850], [100, 1, 64_330], [1000, 3, 452_460]],
});
