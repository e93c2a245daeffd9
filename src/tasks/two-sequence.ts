import { CounterRandom } from '../random/counter-random.js';
import { stream } from '../random/streams.js';
import { answerAtEnd, smallNet } from './bengio-1994.js';
import type { Problem, Task } from './task.js';

/** Any number: it makes the two sequences the same in every run. */
const SEED = 1994;

/**
 * The first N values of a class: signs and sizes in [.5, 1) drawn once. The second class has the first one's with the
 * signs turned, so that they differ whatever N is.
 */
function signature(count: number): number[] {
  const random = new CounterRandom(SEED, stream.data);
  return Array.from({ length: count }, () => (random.integer(2) === 1 ? 1 : -1) * random.uniform(0.5, 1));
}

/**
 * The two-sequence problem: the first N values say which of two fixed sequences this is, noise follows, and the class
 * is asked for at the end. Lengths are uniform from T/2 (rounded up) to T. The output is a sigmoid with the targets .9
 * and .1 and squared error: what the latch problem's ±.8 are on that scale. For the version of Hochreiter & Schmidhuber
 * 1997, see two-sequence-3a.
 */
export const twoSequence: Task = {
  name: 'two-sequence',
  title: 'Which of two sequences it began with, after noise',
  source: 'Bengio, Simard & Frasconi 1994, the two-sequence problem',
  options: {
    length: { default: 20, min: 1, max: 100_000, about: 'time steps of the longest sequence, T' },
    noise: { default: 0.2, min: 0, max: 100, fraction: true, about: 'standard deviation of the noise' },
    signal: { default: 3, min: 1, max: 1000, about: 'values at the beginning that tell the class, N' },
  },
  problem: (values) => twoSequenceProblem(values),
  setup: () => smallNet,
};

/** @throws RangeError where the shortest sequence, T/2, has no room for the signal */
function twoSequenceProblem({ length, noise, signal }: Readonly<Record<string, number>>): Problem {
  const shortest = Math.ceil(length / 2);
  if (shortest < signal) {
    throw new RangeError(
      `length is ${length}: the first ${signal} values tell the class (signal) and the shortest sequence is half as ` +
        `long; give at least ${2 * signal - 1}, or less signal`,
    );
  }
  const first = signature(signal);
  return {
    // An output on the wrong side of .5 is further than .4 from .9 or .1.
    ...answerAtEnd(length, 0.4, 'the class right in 99 % of 1000 sequences'),
    draw(random, sequence) {
      const { inputs, targets, weights } = sequence;
      const sign = random.integer(2) === 1 ? -1 : 1;
      const end = shortest + random.integer(length - shortest + 1);
      sequence.length = end;
      for (let t = 0; t < end; t++) inputs[t] = t < signal ? sign * first[t] : noise * random.normal();
      targets[end - 1] = sign === 1 ? 0.9 : 0.1;
      weights[end - 1] = 1;
    },
  };
}
