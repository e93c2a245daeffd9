import type { Rival } from './rival.js';
import { SearchSet, Trial } from './trial.js';

/**
 * Moves of each weight from one adaption of the steps to the next, N_S of Corana et al., who cool after max(100, 5n)
 * adaptions. Here each one cools: these nets are small, and sequences are what is counted.
 */
const MOVES = 20;
/** Factor of the temperature, r_T: .85 in both papers. */
const COOLING = 0.85;
/** c, by which steps adapt. */
const ADAPTION = 2;
/** Of the size of the differences in cost, chosen on latch and parity; the paper's is not known. */
const FIRST_TEMPERATURE = 0.03;
/** First step of every weight. */
const FIRST_STEP = 1;
/** Weights stay in ± this; steps too. */
const BOUND = 100;

/**
 * Simulated annealing of Corana et al. (1987): a cycle moves one weight after the other, each by a uniform number in
 * ± its own step. A move that costs Δ more is taken with the odds e^(−Δ/temperature) (Metropolis). Steps, the sides of
 * a hyper-rectangle, grow where over 60 % of the moves are taken and shrink where under 40 % are (their equation for
 * v'); then the temperature falls. The cost is the mean C over a training set, as in `SearchSet`.
 */
export const simulatedAnnealing: Rival = {
  name: 'simulated-annealing',
  title: 'simulated annealing in a hyper-rectangle that adapts',
  source: 'Corana et al. 1987; in Bengio, Simard & Frasconi 1994, section V-A',
  run(problem, options) {
    const trial = new Trial(problem, options);
    const { net, random } = trial;
    const set = new SearchSet(trial);
    const free = [...net.held.keys()].filter((weight) => !net.held[weight]);
    const weights = trial.firstWeights();
    const steps = new Float64Array(net.weights).fill(FIRST_STEP);
    const taken = new Float64Array(net.weights);
    let temperature = FIRST_TEMPERATURE;
    let { cost } = set.cost(weights);
    for (;;) {
      taken.fill(0);
      for (let move = 0; move < MOVES; move++) {
        for (const weight of free) {
          if (trial.over) return trial.result(false, weights, set.points);
          const before = weights[weight];
          weights[weight] = before + random.uniform(-1, 1) * steps[weight];
          // Out of bounds: drawn anew inside, as in Corana et al.
          if (Math.abs(weights[weight]) > BOUND) weights[weight] = random.uniform(-BOUND, BOUND);
          const there = set.cost(weights);
          if (there.right) {
            if (trial.solved(weights)) return trial.result(true, weights, set.points);
            set.renew();
            ({ cost } = set.cost(weights));
            taken[weight]++;
          } else if (there.cost <= cost || random.next() < Math.exp((cost - there.cost) / temperature)) {
            ({ cost } = there);
            taken[weight]++;
          } else {
            weights[weight] = before;
          }
        }
      }
      for (const weight of free) steps[weight] = Math.min(BOUND, steps[weight] * stepFactor(taken[weight] / MOVES));
      temperature *= COOLING;
    }
  },
};

/** Factor of a step whose moves were taken at a share of `rate`. */
function stepFactor(rate: number): number {
  if (rate > 0.6) return 1 + ADAPTION * (rate - 0.6) / 0.4;
  return rate < 0.4 ? 1 / (1 + ADAPTION * (0.4 - rate) / 0.4) : 1;
}
