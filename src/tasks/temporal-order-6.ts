import { blockSetup, experiment, figureOf, limitOf, longest, type Row } from './hochreiter-1997.js';
import type { Task } from './task.js';
import { checkValues } from './values.js';

const options = {
  length: {
    default: 100, min: 1, max: 10_000,
    about: 'shortest sequence (paper: 100), the longest is a tenth longer; the places of X and Y grow with it',
  },
} as const;

/** Symbols, in this order: E starts a sequence, B ends it; a, b, c, d are of no account. */
const [E, B, A, X] = [0, 1, 2, 6];
const FILLERS = 4;
const SYMBOLS = 8;

/** From here on the first mark's earliest place is not that of E. */
const SHORTEST = 15;

/** How 6a and 6b differ. */
export interface TemporalOrder {
  readonly letter: 'a' | 'b';
  readonly title: string;
  /** First and last place of each mark, as shares of the length; symbol 1 is E. */
  readonly marks: readonly (readonly [from: number, to: number])[];
  /** Of the input gates, a value a block; there are as many blocks as marks. */
  readonly inputGates: readonly number[];
  readonly rate: number;
  readonly sequences: number;
  readonly trials: number;
}

/**
 * Hochreiter & Schmidhuber 1997, section 5.6: X or Y at two or three places among symbols of no account; their order is
 * the class, to be told at the end. X counts as 0, Y as 1, the first one most.
 */
export function temporalOrder({ letter, title, marks, inputGates, rate, sequences, trials }: TemporalOrder): Task {
  const name = `temporal-order-6${letter}`;
  const rows: readonly Row[] = [{ values: { length: 100 }, sequences, trials }];
  const classes = 2 ** marks.length;
  return {
    name,
    title,
    source: experiment(`6${letter}`),
    options,
    problem(values) {
      const { length } = checkValues(name, options, values);
      if (length < SHORTEST) {
        throw new RangeError(`${name} length is ${length}: its ${marks.length} marks need places of their own after ` +
          `the first symbol, give at least ${SHORTEST}`);
      }
      const places = marks.map(([from, to]) => [Math.round(from * length), Math.round(to * length)] as const);
      return {
        timeSteps: longest(length),
        input: { kind: 'tokens', vocabulary: SYMBOLS },
        outputs: classes,
        loss: 'sigmoid',
        target: 'class',
        judge: { kind: 'error', bound: .3 },
        criterion: {
          on: 'stream', sequences: 2000, wrong: 0, error: .1,
          text: 'of the last 2,000 training sequences none has an error above .3, and the mean error is below .1',
        },
        draw(random, sequence) {
          const { inputs, targets, weights } = sequence;
          sequence.length = length + random.integer(longest(length) - length + 1);
          const last = sequence.length - 1;
          inputs[0] = E;
          for (let t = 1; t < last; t++) inputs[t] = A + random.integer(FILLERS);
          inputs[last] = B;
          let order = 0;
          for (const [from, to] of places) {
            const mark = random.integer(2);
            inputs[from + random.integer(to - from + 1) - 1] = X + mark;
            order = 2 * order + mark;
          }
          targets[last] = order;
          weights[last] = 1;
        },
      };
    },
    setup: (values) => blockSetup({
      blocks: marks.length, size: 2, bias: 'input', outputBias: true, bound: .1, inputGates, rate,
      limit: limitOf(rows, values),
    }),
    paper: (values) => figureOf(rows, values),
  };
}
