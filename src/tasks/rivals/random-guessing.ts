import type { Rival } from './rival.js';
import { SearchSet, Trial } from './trial.js';

/** Weights are in ± this. */
const BOUND = 100;

/**
 * Every weight uniform in [−100, 100], again and again until the net is right. A guess is dropped at its first wrong
 * sequence. Schmidhuber, Hochreiter & Bengio (2001) report 6 guesses for latch and 2,906 for parity, with nets of
 * their own.
 */
export const randomGuessing: Rival = {
  name: 'random-guessing',
  title: 'random guessing of all weights in [-100, 100]',
  source: 'Schmidhuber, Hochreiter & Bengio 2001',
  run(problem, options) {
    const trial = new Trial(problem, options);
    const { net, random } = trial;
    const set = new SearchSet(trial);
    const weights = trial.firstWeights();
    while (!trial.over) {
      for (let i = 0; i < net.weights; i++) if (!net.held[i]) weights[i] = random.uniform(-BOUND, BOUND);
      if (!set.right(weights)) continue;
      if (trial.solved(weights)) return trial.result(true, weights, set.points);
      set.renew();
    }
    return trial.result(false, weights, set.points);
  },
};
