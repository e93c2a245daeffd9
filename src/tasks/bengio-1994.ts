import type { Problem, Setup } from './task.js';

/** What the tasks of Bengio, Simard & Frasconi 1994 on one channel share: a yes or no at the end of a sequence. */

/**
 * A problem of values on one channel and a logistic output at the end, but for how its sequences are drawn.
 * @param bound an output further than this from its target is on the wrong side of .5
 */
export const answerAtEnd = (
  timeSteps: number, bound: number, text: string,
): Omit<Problem, 'draw'> => ({
  timeSteps,
  input: { kind: 'values', width: 1 },
  outputs: 1,
  loss: 'sigmoid',
  target: 'values',
  judge: { kind: 'error', bound },
  criterion: { on: 'fresh', sequences: 1000, wrong: 10, every: 1000, text },
});

/** A small net, since the paper's are not known. */
export const smallNet: Setup = {
  cell: 'rnn',
  units: 5,
  initial: {},
  optimizer: { kind: 'sgd', rate: 0.1 },
  batch: 1,
  limit: 100_000,
};
