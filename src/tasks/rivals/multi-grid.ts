import type { Rival } from './rival.js';
import { SearchSet, Trial } from './trial.js';

/** Half the sides of the first region, and of the smallest and largest; chosen on latch, like the factors below. */
const FIRST = 1;
const SMALLEST = 0.1;
const LARGEST = 100;
/** Factors of the region after a better point, and after `PATIENCE` points of which none was. */
const SHRINK = 0.7;
const GROW = 1.5;
const PATIENCE = 10;

/**
 * Multi-grid random search: uniform points in a hyper-rectangle around the best one so far, of which a better one
 * becomes the centre. The paper shrinks the region then; how it leaves a bad one was not found in it, and here the
 * region grows while no better point is found. The cost is the mean C over a training set, as in `SearchSet`.
 */
export const multiGridRandomSearch: Rival = {
  name: 'multi-grid',
  title: 'multi-grid random search around the best point',
  source: 'Bengio, Simard & Frasconi 1994, section V-B',
  run(problem, options) {
    const trial = new Trial(problem, options);
    const { net, random } = trial;
    const set = new SearchSet(trial);
    const best = trial.firstWeights();
    const point = Float64Array.from(best);
    let { cost } = set.cost(best);
    let region = FIRST;
    for (let failures = 0; !trial.over;) {
      for (let i = 0; i < net.weights; i++) {
        if (!net.held[i]) point[i] = clamp(best[i] + random.uniform(-region, region));
      }
      const there = set.cost(point);
      if (there.right) {
        if (trial.solved(point)) return trial.result(true, point, set.points);
        set.renew();
        there.cost = set.cost(point).cost;
        ({ cost } = set.cost(best)); // what the best one is worth on the new set
      }
      if (there.cost < cost) {
        best.set(point);
        ({ cost } = there);
        region = Math.max(SMALLEST, region * SHRINK);
        failures = 0;
      } else if (++failures === PATIENCE) {
        region = Math.min(LARGEST, region * GROW);
        failures = 0;
      }
    }
    return trial.result(false, best, set.points);
  },
};

function clamp(weight: number): number {
  return Math.min(LARGEST, Math.max(-LARGEST, weight));
}
