import type { CounterRandom } from '../../random/counter-random.js';
import type { Sequence } from '../task.js';
import type { RivalNet, Trace } from './rival-net.js';
import { activation, targetOf } from './rival-net.js';
import type { Rival } from './rival.js';
import { Trial } from './trial.js';

/** η. The paper's value is not known. */
const RATE = 0.1;

/**
 * Discrete error propagation: units are thresholds, ±1, and what runs backward are wishes, Δ ∈ {−1, 0, 1}: that a unit
 * should be Δ where it is −Δ.
 *
 * The paper says that a threshold unit's rule prescribes changes of its inputs for a discrete change of its output, and
 * that a stochastic process makes continuous values discrete; its equations were not to hand. The reading taken here:
 *  1. An output that is wrong has a wish, Δ = 1 where the target is the larger value and −1 where it is the smaller.
 *  2. Wishes of the units i after it sum to e_j = Σ_i Δ_i w_ij. Unit j, at h_j, has the wish −h_j with the odds
 *     min(1, |e_j|) where e_j has the sign of −h_j, and none otherwise.
 *  3. A wish can be granted by the units before, or by the weights. Where turning all units before that are against it
 *     would turn a unit, it is left to them, and its weights change with odds 1/T alone, once a sequence in the mean;
 *     else its weights change by η Δ_i times their input, the perceptron's rule. So a unit that holds a bit is
 *     left alone for having been handed the wrong one.
 */
export const discreteErrorPropagation: Rival = {
  name: 'discrete-error',
  title: 'discrete error propagation through threshold units',
  source: 'Bengio, Simard & Frasconi 1994, section V-D',
  run(problem, options) {
    const trial = new Trial(problem, options, true);
    const { net } = trial;
    if (net.layer && !net.sigmoid) {
      throw new RangeError('the outputs are linear: discrete error propagation is for outputs that are thresholds, ' +
        'in place of σ or of tanh; take latch or parity');
    }
    const weights = trial.firstWeights();
    while (!trial.over) {
      const sequence = trial.next();
      trial.present(weights, sequence);
      if (trial.wrong(sequence)) grantWishes(net, weights, sequence, trial.trace, trial.random);
      if (trial.due && trial.solved(weights)) return trial.result(true, weights);
    }
    return trial.result(false, weights);
  },
};

/** Carries the wishes from the outputs to the first time step, and changes weights on the way. */
function grantWishes(
  net: RivalNet, weights: Float64Array, sequence: Sequence, trace: Trace, random: CounterRandom,
): void {
  const { units, inputs, at } = net;
  const middle = net.layer ? 0.5 : 0;
  let wishes: Float64Array = Float64Array.from({ length: net.outputs }, (_, k) => {
    const wanted = targetOf(net, sequence, k) >= middle;
    return wanted === trace.outputs[k] >= middle ? 0 : wanted ? 1 : -1;
  });
  if (net.layer) {
    const end = trace.length * units;
    const before = wishesBefore(net, weights, at.output, wishes, trace.states.subarray(end, end + units), random);
    for (let k = 0; k < net.outputs; k++) {
      // Outputs see the units alone: their weights always learn, as a perceptron's.
      for (let j = 0; j < units; j++) weights[at.output + k * units + j] += RATE * wishes[k] * trace.states[end + j];
      if (net.outputBias) weights[at.last + k] += RATE * wishes[k];
    }
    wishes = before;
  }
  for (let time = sequence.length - 1; time >= 0 && wishes.some((wish) => wish !== 0); time--) {
    const states = trace.states.subarray(time * units, (time + 1) * units);
    const before = wishesBefore(net, weights, at.recurrent, wishes, states, random);
    for (let unit = 0; unit < units; unit++) {
      const wish = wishes[unit];
      if (wish === 0) continue;
      const row = at.recurrent + unit * units;
      let turned = activation(net, weights, sequence, trace, time, unit) * wish;
      for (let j = 0; j < units; j++) turned += 2 * Math.max(0, -wish * weights[row + j] * states[j]);
      if (turned > 0 && random.next() * sequence.length >= 1) continue;
      for (let j = 0; j < units; j++) weights[row + j] += RATE * wish * states[j];
      for (let i = 0; i < inputs; i++) {
        const weight = unit * inputs + i;
        if (!net.held[weight]) weights[weight] += RATE * wish * sequence.inputs[time * inputs + i];
      }
      if (net.bias) weights[at.bias + unit] += RATE * wish;
    }
    wishes = before;
  }
}

/** Rule 2, through the matrix [wishes, N] at `offset`. `states`: [N], ±1, or 0 before the first time step. */
function wishesBefore(
  net: RivalNet, weights: Float64Array, offset: number, wishes: Float64Array, states: Float64Array,
  random: CounterRandom,
): Float64Array {
  return Float64Array.from({ length: net.units }, (_, j) => {
    const wish = wishes.reduce((sum, value, i) => sum + value * weights[offset + i * net.units + j], 0);
    return wish * states[j] < 0 && random.next() < Math.abs(wish) ? Math.sign(wish) : 0;
  });
}
