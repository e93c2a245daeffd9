import { addGradient, descend } from './gradient.js';
import type { Rival } from './rival.js';

/** Δw = −η ∂C/∂w after every sequence, with the task's own rate η: what the rivals are measured against. */
export const backPropagation: Rival = {
  name: 'back-propagation',
  title: 'back-propagation through time, an update a sequence',
  source: 'Rumelhart, Hinton & Williams 1986; as the baseline in Bengio, Simard & Frasconi 1994, section V',
  run(problem, options) {
    const { rate } = problem.setup.optimizer;
    return descend(problem, options, (net, sequence, trace, change) => {
      addGradient(net, sequence, trace, change);
      for (let i = 0; i < change.length; i++) change[i] *= rate;
    });
  },
};
