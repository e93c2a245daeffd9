import { CounterRandom } from '../random/counter-random.js';
import { stream } from '../random/streams.js';
import { checkLength, digitsFigure, digitsLength, digitsProblem, digitsSetup } from './digits.js';
import type { Task } from './task.js';

/** Any number: it makes the order the same in every run. */
const SEED = 2015;

/** Handwritten digits, pixel by pixel in one random order, the same for all digits and trials. */
export const permutedDigits: Task = {
  name: 'permuted-digits',
  title: 'Handwritten digits, pixel by pixel in a random order',
  source: 'Le, Jaitly & Hinton 2015, section 4.2',
  options: { length: digitsLength },
  needs: 'digits',
  problem: ({ length }, examples) => {
    checkLength(length);
    return digitsProblem(length, examples, permutation(length));
  },
  setup: digitsSetup,
  paper: ({ length }) => digitsFigure(length, '82 %', '88 %'),
};

/** The numbers below `count` in random order (Fisher & Yates). */
function permutation(count: number): readonly number[] {
  const random = new CounterRandom(SEED, stream.data);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = random.integer(i + 1);
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}
