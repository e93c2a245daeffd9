import { atTheStart, copyingOptions, copyingProblem, RECALLED } from './copying.js';
import { fieldSetup } from './field.js';
import type { PaperFigure, Problem, Task } from './task.js';

/**
 * Copy memory: 10 symbols of 8 kinds, `length` − 1 blanks, the marker, and after it all symbols again, T + 20 steps in
 * all. The network says "blank" before, and with 10·ln 8/(T + 20) nothing has been remembered. After Hochreiter &
 * Schmidhuber 1997.
 */
export const copyMemory: Task = {
  name: 'copy-memory',
  title: 'Ten symbols again after a long delay',
  source: 'Arjovsky, Shah & Bengio 2016, section 4.1',
  options: {
    length: { default: 100, min: 1, max: 100_000, about: 'steps from the last symbol to the marker, T' },
    ...copyingOptions(10, 8),
  },
  problem: (values) => copyProblem(values),
  setup: () => fieldSetup(128, 500_000),
  paper: (values) => copyFigure(values),
};

function copyProblem({ length, symbols, kinds }: Readonly<Record<string, number>>): Problem {
  const places = atTheStart(symbols);
  return copyingProblem({
    symbols,
    kinds,
    longest: length,
    delay: () => length,
    places: () => places,
    marker: (delay) => symbols + delay - 1,
    recall: (delay) => symbols + delay,
    blanks: true,
  }, RECALLED);
}

function copyFigure({ length, symbols, kinds }: Readonly<Record<string, number>>): PaperFigure | undefined {
  if (symbols !== 10 || kinds !== 8 || ![100, 200, 300, 500].includes(length)) return undefined;
  const text = length === 100
    ? 'an LSTM gets below the error of a network without memory'
    : 'an LSTM stays at the error of a network without memory';
  return { text: `${text}; no share of trials is given`, known: 'memory' };
}
