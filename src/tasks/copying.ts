import type { CounterRandom } from '../random/counter-random.js';
import type { Criterion, Problem, TaskOption } from './task.js';

/** What the tasks share that show symbols and ask for them again, after a marker. */

/** Options of such a task, with its paper's numbers as defaults. */
export function copyingOptions(symbols: number, kinds: number): { symbols: TaskOption; kinds: TaskOption } {
  return {
    symbols: { default: symbols, min: 1, max: 10_000, about: 'symbols to remember' },
    kinds: { default: kinds, min: 2, max: 10_000, about: 'different symbols' },
  };
}

/** Where things stand in a sequence. */
export interface Copying {
  readonly symbols: number;
  readonly kinds: number;
  /** Longest delay, and a sequence's own. */
  readonly longest: number;
  delay(random: CounterRandom): number;
  /** Steps of the symbols, ascending. */
  places(random: CounterRandom, delay: number): readonly number[];
  /** Step of the marker, and that of the first symbol asked for. */
  marker(delay: number): number;
  recall(delay: number): number;
  /** Whether the network also has to say "blank" until it is asked. */
  readonly blanks: boolean;
}

/**
 * Inputs are the symbols 0 to kinds − 1, the blank, `kinds`, wherever nothing else stands, and the marker, `kinds` + 1.
 * Targets are the symbols in their order and, with `blanks`, the class `kinds` before. The error is the mean over the
 * steps that have a target; a sequence is wrong with one wrong step.
 */
export function copyingProblem(copying: Copying, criterion: Criterion): Problem {
  const { symbols, kinds, blanks } = copying;
  return {
    timeSteps: copying.recall(copying.longest) + symbols,
    input: { kind: 'tokens', vocabulary: kinds + 2 },
    outputs: blanks ? kinds + 1 : kinds,
    loss: 'softmax',
    target: 'class',
    judge: { kind: 'largest' },
    criterion,
    draw(random, sequence) {
      const { inputs, targets, weights } = sequence;
      const delay = copying.delay(random);
      const recall = copying.recall(delay);
      const end = recall + symbols;
      sequence.length = end;
      inputs.fill(kinds, 0, end);
      inputs[copying.marker(delay)] = kinds + 1;
      if (blanks) targets.fill(kinds, 0, recall);
      copying.places(random, delay).forEach((place, k) => {
        inputs[place] = targets[recall + k] = random.integer(kinds);
      });
      const begin = blanks ? 0 : recall;
      weights.fill(1 / (end - begin), begin, end);
    },
  };
}

/** Symbols one after the other from the first step on. */
export const atTheStart = (symbols: number): readonly number[] => Array.from({ length: symbols }, (_, t) => t);

/** Solved, where there is no paper's word for it. */
export const RECALLED: Criterion = {
  on: 'fresh', sequences: 1000, wrong: 10, every: 5000, text: '99 % of 1000 fresh sequences recalled without an error',
};
