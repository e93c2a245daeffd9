import { copyingOptions, copyingProblem, RECALLED } from './copying.js';
import type { CounterRandom } from '../random/counter-random.js';
import { fieldSetup } from './field.js';
import type { Problem, Task } from './task.js';

/**
 * Selective copying: symbols at random places among `length` steps of blanks, then the marker, and from that step on
 * all symbols in their order: what to keep depends on what is shown, not on when. Gu & Dao have 16 symbols in 4096
 * steps; after the denoising task of Jing et al. 2019. Only the recall has targets.
 */
export const selectiveCopying: Task = {
  name: 'selective-copying',
  title: 'Symbols scattered among blanks, again in their order',
  source: 'Gu & Dao 2023, section 4.1.1',
  options: {
    length: { default: 100, min: 1, max: 100_000, about: 'steps that the symbols are scattered over' },
    ...copyingOptions(10, 8),
  },
  problem: (values) => selectiveProblem(values),
  setup: () => fieldSetup(128, 500_000),
};

/** @throws RangeError where there are more symbols than steps */
function selectiveProblem({ length, symbols, kinds }: Readonly<Record<string, number>>): Problem {
  if (length < symbols) {
    throw new RangeError(
      `length is ${length}: ${symbols} symbols need a step each; give at least ${symbols}, or fewer symbols`,
    );
  }
  return copyingProblem({
    symbols,
    kinds,
    longest: length,
    delay: () => length,
    places: (random) => scattered(random, symbols, length),
    marker: (delay) => delay,
    recall: (delay) => delay,
    blanks: false,
  }, RECALLED);
}

/** `count` different steps below `length`, ascending, all choices equally likely (Knuth, volume 2, algorithm S). */
function scattered(random: CounterRandom, count: number, length: number): number[] {
  const places: number[] = [];
  for (let t = 0; places.length < count; t++) {
    if (random.integer(length - t) < count - places.length) places.push(t);
  }
  return places;
}
