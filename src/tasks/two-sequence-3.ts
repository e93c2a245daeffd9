import { blockSetup, experiment, figureOf, limitOf, longest, type Row } from './hochreiter-1997.js';
import type { Criterion, Task } from './task.js';
import { checkValues } from './values.js';

const options = {
  length: { default: 100, min: 1, max: 10_000, about: 'T: shortest sequence; the longest is T + T/10' },
  signal: { default: 3, min: 1, max: 100, about: 'N: first values, which tell the class (paper: 1 and 3)' },
} as const;

/** Standard deviations of the noise on the input (variance .2), and of task 3c's on the target (variance .1). */
const NOISE = Math.sqrt(.2);
const TARGET_NOISE = Math.sqrt(.1);

/** How 3a, 3b and 3c differ. */
export interface TwoSequence {
  readonly letter: 'a' | 'b' | 'c';
  readonly title: string;
  /** The first N values are noisy too. */
  readonly noisySignal: boolean;
  /** Of class 1, whose signal is +1, and of class 2, whose signal is −1. */
  readonly targets: readonly [number, number];
  readonly noisyTargets: boolean;
  /** A sequence is wrong from this error on. */
  readonly bound: number;
  readonly criterion: Pick<Criterion, 'wrong' | 'error' | 'text'>;
  readonly rate: number;
  /** Rows of the paper: T, N, sequences to success. */
  readonly rows: readonly (readonly [length: number, signal: number, sequences: number])[];
}

/**
 * The two-sequence problem of Bengio et al. 1994 as in Hochreiter & Schmidhuber 1997, section 5.3: the first N values
 * are +1 or −1, the class; then comes Gaussian noise of variance .2. The class is to be told at the end of a sequence
 * of T to T + T/10 values.
 */
export function twoSequence(of: TwoSequence): Task {
  const name = `two-sequence-3${of.letter}`;
  const rows: readonly Row[] = of.rows.map(([length, signal, sequences]) =>
    ({ values: { length, signal }, sequences, trials: 10 }));
  return {
    name,
    title: of.title,
    source: experiment(`3${of.letter}`),
    options,
    problem(values) {
      const { length, signal } = checkValues(name, options, values);
      if (signal >= length) {
        throw new RangeError(`${name} signal is ${signal} where length is ${length}: noise must follow the signal, ` +
          'give a longer length or a shorter signal');
      }
      return {
        timeSteps: longest(length),
        input: { kind: 'values', width: 1 },
        outputs: 1,
        loss: 'sigmoid',
        target: 'values',
        judge: { kind: 'error', bound: of.bound },
        criterion: {
          on: 'fresh', sequences: 256, every: 1000, ...of.criterion, ...(of.noisyTargets ? { noisy: true } : {}),
        },
        draw(random, sequence, testing) {
          const { inputs, targets, weights } = sequence;
          const second = random.integer(2);
          sequence.length = length + random.integer(longest(length) - length + 1);
          for (let t = 0; t < sequence.length; t++) {
            inputs[t] = t < signal ? 1 - 2 * second : 0;
            if (t >= signal || of.noisySignal) inputs[t] += NOISE * random.normal();
          }
          const last = sequence.length - 1;
          targets[last] = of.targets[second] + (of.noisyTargets && !testing ? TARGET_NOISE * random.normal() : 0);
          weights[last] = 1;
        },
      };
    },
    setup: (values) => blockSetup({
      blocks: 3, size: 1, bias: 'input', outputBias: false, bound: .1,
      inputGates: [-1, -3, -5], outputGates: [-2, -4, -6], rate: of.rate, limit: limitOf(rows, values),
    }),
    paper: (values) => figureOf(rows, values),
  };
}
