import { descend } from './gradient.js';
import { eachUse } from './rival-net.js';
import type { Rival } from './rival.js';

/** η and μ. The paper's values are not known; these were chosen on latch, noise .2, T = 5 to 40. */
const RATE = 0.1;
const DAMPING = 0.03;

/**
 * Δw_i = −Σ_t η/(|∂²C/∂w_it²| + μ) · ∂C/∂w_it, where w_it is weight i as it is used at time t: time steps whose
 * gradient and curvature have both vanished still count, as far as μ lets them.
 */
export const timeWeightedPseudoNewton: Rival = {
  name: 'time-weighted-pseudo-newton',
  title: 'pseudo-Newton with a step of its own for every time step',
  source: 'Bengio, Simard & Frasconi 1994, section V-C',
  run(problem, options) {
    return descend(problem, options, (net, sequence, trace, change) => {
      eachUse(net, sequence, trace, (weight, first, second) => {
        change[weight] += RATE / (Math.abs(second) + DAMPING) * first;
      });
    });
  },
};
