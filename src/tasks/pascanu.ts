import type { CounterRandom } from '../random/counter-random.js';
import type { Criterion, PaperFigure, Problem, Setup, TaskOption } from './task.js';

/**
 * What the tasks of Pascanu, Mikolov & Bengio 2013 share. Where the paper leaves a detail open (positions, lengths,
 * how errors are weighed), it is as in the code that the authors released (github.com/pascanur/trainingRNNs).
 */

export const SOURCE = 'Pascanu, Mikolov & Bengio 2013';

type Values = Readonly<Record<string, number>>;

const LONGEST = 100_000;

/** Options of every task: the length, and the longest where lengths vary. */
export function lengthOptions(about: string): { readonly length: TaskOption; readonly longest: TaskOption } {
  return {
    length: { default: 50, min: 1, max: LONGEST, about },
    longest: {
      default: 0, min: 0, max: LONGEST, about: 'each sequence draws its length from `length` to this; 0: all have it',
    },
  };
}

/** The lengths that a task draws from. */
export interface Lengths {
  readonly shortest: number;
  readonly longest: number;
  draw(random: CounterRandom): number;
}

/** @throws RangeError where the longest is below the shortest */
export function lengthsOf({ length, longest }: Values): Lengths {
  if (longest !== 0 && longest < length) {
    throw new RangeError(`longest is ${longest}: give at least length, ${length}, or 0 where all have that length`);
  }
  const end = Math.max(length, longest);
  return { shortest: length, longest: end, draw: (random) => length + random.integer(end - length + 1) };
}

/** Solved: fewer than 1 % wrong among 10,000 fresh sequences (section 4.1). The paper's code looks every 400. */
export const CRITERION: Criterion = {
  on: 'fresh', sequences: 10_000, wrong: 99, every: 10_000, text: 'fewer than 1 % of 10,000 fresh sequences wrong',
};

/**
 * A set-up of the paper: a tanh RNN from N(0, .1²) and zero biases, batches of 20, gradients clipped by norm, and Ω.
 * The paper gives up after 5 million updates; this, where most of what it solves is solved, after 100,000.
 */
export function pascanuSetup(units: number, rate: number, omega: number, norm: number): Setup {
  return {
    cell: 'rnn',
    units,
    options: { bias: 'input' },
    output: { bias: true },
    initial: { weights: { kind: 'normal', deviation: 0.1 }, bias: 0 },
    optimizer: { kind: 'sgd', rate },
    batch: 20,
    clip: { norm },
    omega,
    limit: 2_000_000,
  };
}

/** The paper's claim for all its tasks but the random permutation. */
export function solvedFigure({ length, longest }: Values): PaperFigure | undefined {
  if (length > 200 || longest !== 0) return undefined;
  return { success: 1, text: 'solved in 100 % of 5 trials up to length 200', known: 'paper' };
}

/** @throws RangeError where a tenth of the shortest sequence is no whole step, for a marker to stand in */
export function checkTenths(shortest: number): void {
  if (shortest < 10) {
    throw new RangeError(`length is ${shortest}: a marker stands in one tenth of the sequence; give at least 10`);
  }
}

/**
 * Temporal order: among the distractors 2 to 5, a trigger, 0 or 1, stands at a random place of each of the tenths. The
 * class at the end says which triggers they were, in their order: Σ_k trigger_k·2^k.
 * @param tenths where each trigger's tenth begins, in tenths of the length
 */
export function orderProblem(values: Values, tenths: readonly number[]): Problem {
  const lengths = lengthsOf(values);
  checkTenths(lengths.shortest);
  return {
    timeSteps: lengths.longest,
    input: { kind: 'tokens', vocabulary: 6 },
    outputs: 2 ** tenths.length,
    loss: 'softmax',
    target: 'class',
    judge: { kind: 'largest' },
    criterion: CRITERION,
    draw(random, sequence) {
      const { inputs, targets, weights } = sequence;
      const length = lengths.draw(random);
      const last = length - 1;
      for (let t = 0; t < length; t++) inputs[t] = 2 + random.integer(4);
      tenths.forEach((tenth, k) => {
        const trigger = random.integer(2);
        inputs[Math.floor((length * tenth) / 10) + random.integer(Math.floor(length / 10))] = trigger;
        targets[last] += trigger * 2 ** k;
      });
      sequence.length = length;
      weights[last] = 1;
    },
  };
}

/**
 * Addition and multiplication: at every step a mark, 0 or 1, and a value U[0, 1). One mark stands in the first tenth of
 * the sequence, one between there and its middle; the target at the end is made of the two marked values. A sequence is
 * from `length` to 1.1 of it long.
 */
export function markedProblem(values: Values, target: (first: number, second: number) => number): Problem {
  const lengths = lengthsOf(values);
  checkTenths(lengths.shortest);
  return {
    timeSteps: lengths.longest + Math.floor(lengths.longest / 10) - 1,
    input: { kind: 'values', width: 2 },
    outputs: 1,
    loss: 'linear',
    target: 'values',
    // The paper: wrong where the squared error is above .04.
    judge: { kind: 'error', bound: 0.2 },
    criterion: CRITERION,
    draw(random, sequence) {
      const { inputs, targets, weights } = sequence;
      const base = lengths.draw(random);
      const length = base + random.integer(Math.floor(base / 10));
      for (let t = 0; t < length; t++) inputs[2 * t + 1] = random.next();
      const tenth = Math.floor(length / 10);
      const first = random.integer(tenth);
      const second = tenth + random.integer(Math.floor((4 * length) / 10));
      inputs[2 * first] = inputs[2 * second] = 1;
      sequence.length = length;
      targets[length - 1] = target(inputs[2 * first + 1], inputs[2 * second + 1]);
      // The paper's error is (y − target)², without the half: its rates and bounds are for that.
      weights[length - 1] = 2;
    },
  };
}
