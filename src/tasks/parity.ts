import { answerAtEnd, smallNet } from './bengio-1994.js';
import type { Problem, Task } from './task.js';

/**
 * The parity problem: inputs are +1 or −1, with noise U[−noise, noise) added, and the target at the end is 1 where an
 * odd number of them are +1, else 0. Lengths are uniform from T/2 (rounded up) to T, so that T = 50 gives the paper's
 * 25 to 50. The output is a sigmoid with squared error.
 */
export const parity: Task = {
  name: 'parity',
  title: 'Whether the number of ones is odd',
  source: 'Bengio, Simard & Frasconi 1994, the parity problem',
  options: {
    length: { default: 50, min: 1, max: 100_000, about: 'time steps of the longest sequence, T' },
    noise: { default: 0, min: 0, max: 100, fraction: true, about: 'bound of the uniform noise; in the paper 0 or .2' },
  },
  problem: (values) => parityProblem(values),
  setup: () => smallNet,
};

function parityProblem({ length, noise }: Readonly<Record<string, number>>): Problem {
  const shortest = Math.ceil(length / 2);
  return {
    ...answerAtEnd(length, 0.5, 'the parity right in 99 % of 1000 sequences'),
    draw(random, sequence) {
      const { inputs, targets, weights } = sequence;
      const end = shortest + random.integer(length - shortest + 1);
      let odd = 0;
      for (let t = 0; t < end; t++) {
        const one = random.integer(2);
        odd ^= one;
        inputs[t] = (one === 1 ? 1 : -1) + random.uniform(-noise, noise);
      }
      sequence.length = end;
      targets[end - 1] = odd;
      weights[end - 1] = 1;
    },
  };
}
