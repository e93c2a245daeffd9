import type { CounterRandom } from '../random/counter-random.js';
import { blockSetup, experiment, figureOf, limitOf, type Row } from './hochreiter-1997.js';
import type { Sequence, Task } from './task.js';
import { checkValues } from './values.js';

const [B, T, P, S, X, V, E] = [0, 1, 2, 3, 4, 5, 6];

/** The Reber grammar after its B: from each node two edges of equal chance, [symbol, node]. From END there is E. */
const END = 5;
const GRAPH: readonly (readonly [readonly [number, number], readonly [number, number]])[] = [
  [[T, 1], [P, 2]],
  [[S, 1], [X, 3]],
  [[T, 2], [V, 4]],
  [[X, 2], [S, END]],
  [[P, 3], [V, END]],
];

/** Longer strings, of chance 5.7e-5, are drawn again: they would make every sequence's arrays longer. */
const LONGEST_STRING = 40;
const TIME_STEPS = LONGEST_STRING - 1;

/** Writes one string as pairs of a symbol and the next one; returns how many, or 0 where it grew too long. */
function walk(random: CounterRandom, { inputs, targets, weights, legal }: Sequence): number {
  let steps = 0;
  let symbol = B;
  const go = (next: number, ...mayCome: number[]): void => {
    inputs[steps] = symbol;
    targets[steps] = next;
    weights[steps] = 1;
    legal[steps] = mayCome.reduce((mask, one) => mask | 1 << one, 0);
    steps++;
    symbol = next;
  };
  const branch = random.integer(2) === 0 ? T : P;
  go(branch, T, P);
  go(B, B);
  for (let node = 0; node !== END;) {
    // The E of the inner string, the branch again and the last E are to follow.
    if (steps + 4 > TIME_STEPS) return 0;
    const edges = GRAPH[node];
    const [next, to] = edges[random.integer(2)];
    go(next, edges[0][0], edges[1][0]);
    node = to;
  }
  go(E, E);
  go(branch, branch);
  go(E, E);
  return steps;
}

/** Table 1; the paper's fastest net of five, whose rates are .1, .2 and .5. */
const rows: readonly Row[] = [{ values: {}, sequences: 8_440, trials: 30, success: 1 }];

/**
 * Strings of the embedded Reber grammar (Hochreiter & Schmidhuber 1997, section 5.1, figures 3 and 4): B, then T or P,
 * a string B … E of the Reber grammar, the same T or P again, E. At every time step the next symbol is to be
 * predicted; all but the last T or P needs little memory. Symbols in the order B T P S X V E.
 *
 * The paper's test strings are none of the training strings; here both sets are drawn alike, and the shortest strings,
 * which are half of a set, are in both.
 */
export const embeddedReber: Task = {
  name: 'embedded-reber',
  title: 'Embedded Reber grammar: which symbols may come next, a branch remembered over a string',
  source: experiment('1'),
  options: {},
  problem(values) {
    checkValues('embedded-reber', {}, values);
    return {
      timeSteps: TIME_STEPS,
      input: { kind: 'tokens', vocabulary: 7 },
      outputs: 7,
      loss: 'sigmoid',
      target: 'class',
      judge: { kind: 'legal' },
      criterion: {
        on: 'fresh', sequences: 512, wrong: 0, every: 500,
        text: 'at every symbol of all 256 training and 256 test strings, those that may come next are the most active',
      },
      sets: { training: 256, test: 256 },
      draw(random, sequence) {
        do sequence.length = walk(random, sequence); while (sequence.length === 0);
      },
    };
  },
  setup: (values) => blockSetup({
    blocks: 3, size: 2, bias: 'gates', outputBias: false, bound: .2, outputGates: [-1, -2, -3], rate: .5,
    limit: limitOf(rows, values),
  }),
  paper: (values) => figureOf(rows, values),
};
