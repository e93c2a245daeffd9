import { blockSetup, experiment, figureOf, limitOf, type Row } from './hochreiter-1997.js';
import type { Task } from './task.js';
import { checkValues } from './values.js';

const options = {
  length: { default: 100, min: 1, max: 10_000, about: 'q: distractors at least; the minimal time lag is q + 1' },
  distractors: { default: 0, min: 0, max: 10_000, about: 'p: kinds of distractors; 0: as many as length' },
  cross: { default: 1, min: 0, max: 1, about: 'the error: 1 cross entropy, 0 squared' },
} as const;

/** Longer endings, of chance .9^101 = 2.4e-5, are drawn again: the paper's have no longest one. */
const LONGEST_ENDING = 100;

/** What input gates start with, beside U(±.2): there are no biases. */
const GATES = -2;

/** Table 3. */
const rows: readonly Row[] = [
  [50, 50, 30_000], [100, 100, 31_000], [200, 200, 33_000], [500, 500, 38_000], [1000, 1000, 49_000],
  [1000, 500, 49_000], [1000, 200, 75_000], [1000, 100, 135_000], [1000, 50, 203_000],
].map(([length, distractors, sequences]) => ({ values: { length, distractors }, sequences, trials: 20 }));

function resolved(values: Readonly<Record<string, number>>): { length: number; distractors: number; cross: number } {
  const { length, distractors, cross } = checkValues('lag-2c', options, values);
  return { length, distractors: distractors === 0 ? length : distractors, cross };
}

/**
 * b, x or y, q + k distractors, e, and then x or y again, which alone is to be predicted (Hochreiter & Schmidhuber
 * 1997, section 5.2, task 2c). After q distractors each next symbol is one more with chance 9/10, else e. Symbols
 * a_1, …, a_p, e, b, x, y, from 0; classes x, y. (The
 * paper numbers distractors up to q; with q > p that must be p.)
 *
 * Read literally, with the squared error and nothing that closes the input gates, the paper's rate takes twice its
 * sequences at q = p = 50, and is not there after 250,000 at 100. With the cross entropy (`cross`) and gates that start
 * nearly closed, the paper's own remedy for drift, it takes as many as the paper says, and grows as little with q.
 */
export const lag2c: Task = {
  name: 'lag-2c',
  title: 'One of two symbols remembered past many distractors, until a trigger',
  source: experiment('2c'),
  options,
  problem(values) {
    const { length, distractors, cross } = resolved(values);
    const [e, b, x] = [distractors, distractors + 1, distractors + 2];
    return {
      timeSteps: length + LONGEST_ENDING + 3,
      input: { kind: 'tokens', vocabulary: distractors + 4 },
      outputs: 2,
      loss: cross === 1 ? 'logistic' : 'sigmoid',
      target: 'class',
      judge: { kind: 'error', bound: .2 },
      criterion: {
        on: 'fresh', sequences: 10_000, wrong: 0, every: 5000,
        text: 'both errors below .2 at the end of 10,000 fresh sequences',
      },
      draw(random, sequence) {
        const { inputs, targets, weights } = sequence;
        const which = random.integer(2);
        let more: number;
        do for (more = 0; random.integer(10) > 0;) more++; while (more > LONGEST_ENDING);
        const last = length + more + 2;
        inputs[0] = b;
        inputs[1] = x + which;
        for (let t = 2; t < last; t++) inputs[t] = random.integer(distractors);
        inputs[last] = e;
        targets[last] = which;
        weights[last] = 1;
        sequence.length = last + 1;
      },
    };
  },
  setup(values) {
    const setup = blockSetup({
      blocks: 2, size: 1, bias: 'none', outputBias: false, bound: .2, rate: .01, limit: limitOf(rows, resolved(values)),
    });
    return { ...setup, initial: { ...setup.initial, shifts: { input: GATES } } };
  },
  paper: (values) => figureOf(rows, resolved(values),
    `${resolved(values).cross === 1 ? 'cross entropy, and ' : ''}input gates that start nearly closed`),
};
