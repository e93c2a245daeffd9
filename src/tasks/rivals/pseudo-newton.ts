import { descend } from './gradient.js';
import { eachUse } from './rival-net.js';
import type { Rival } from './rival.js';

/** η and μ. The paper's values are not known; these were chosen on latch, noise .2, T = 5 to 40. */
const RATE = 0.1;
const DAMPING = 0.03;

/**
 * Δw_i = −η/(|∂²C/∂w_i²| + μ) · ∂C/∂w_i after every sequence. The second derivatives are the diagonal ones of
 * `backward`, summed over a weight's uses in time (Becker & Le Cun 1989, on shared weights).
 */
export const pseudoNewton: Rival = {
  name: 'pseudo-newton',
  title: 'pseudo-Newton: steps divided by the second derivative',
  source: 'Becker & Le Cun 1989; in Bengio, Simard & Frasconi 1994, section V-C',
  run(problem, options) {
    let curvature = new Float64Array(0);
    return descend(problem, options, (net, sequence, trace, change) => {
      if (curvature.length === 0) curvature = new Float64Array(net.weights);
      curvature.fill(0);
      eachUse(net, sequence, trace, (weight, first, second) => {
        change[weight] += first;
        curvature[weight] += second;
      });
      for (let i = 0; i < change.length; i++) change[i] *= RATE / (Math.abs(curvature[i]) + DAMPING);
    });
  },
};
