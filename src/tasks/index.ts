/** The published problems by name. Adding a task adds a row to `tasks`. */
import { adding } from './adding.js';
import { addition } from './addition.js';
import { copyMemory } from './copy-memory.js';
import { dyck } from './dyck.js';
import { embeddedReber } from './embedded-reber.js';
import { lag2a } from './lag-2a.js';
import { lag2b } from './lag-2b.js';
import { lag2c } from './lag-2c.js';
import { latch } from './latch.js';
import { multiplication } from './multiplication.js';
import { multiplicationPascanu } from './multiplication-pascanu.js';
import { noiselessMemorization } from './noiseless-memorization.js';
import { parity } from './parity.js';
import { permutedDigits } from './permuted-digits.js';
import { randomPermutation } from './random-permutation.js';
import { selectiveCopying } from './selective-copying.js';
import { sequentialDigits } from './sequential-digits.js';
import type { Task } from './task.js';
import { temporalOrder } from './temporal-order.js';
import { temporalOrder3bit } from './temporal-order-3bit.js';
import { temporalOrder6a } from './temporal-order-6a.js';
import { temporalOrder6b } from './temporal-order-6b.js';
import { twoSequence } from './two-sequence.js';
import { twoSequence3a } from './two-sequence-3a.js';
import { twoSequence3b } from './two-sequence-3b.js';
import { twoSequence3c } from './two-sequence-3c.js';
import { checkValues } from './values.js';

/** All of them, paper by paper. */
export const tasks: readonly Task[] = [
  // Bengio, Simard & Frasconi 1994
  latch, twoSequence, parity,
  // Hochreiter & Schmidhuber 1997
  embeddedReber, lag2a, lag2b, lag2c, twoSequence3a, twoSequence3b, twoSequence3c, adding, multiplication,
  temporalOrder6a, temporalOrder6b,
  // Pascanu, Mikolov & Bengio 2013
  temporalOrder, temporalOrder3bit, addition, multiplicationPascanu, randomPermutation, noiselessMemorization,
  // What cells are compared on today
  copyMemory, selectiveCopying, sequentialDigits, permutedDigits, dyck,
];

/** The task called `name`. @throws RangeError that lists the known tasks */
export function taskNamed(name: string): Task {
  const task = tasks.find((known) => known.name === name);
  if (!task) throw new RangeError(`task "${name}" is not known: use ${tasks.map((known) => known.name).join(', ')}`);
  return task;
}

/**
 * A value for each option of a task: the given one, or the default where none (or undefined) is given.
 * @throws RangeError where an option is not the task's, or a value is out of its range
 */
export function taskValues(
  task: Task, given: Readonly<Record<string, number | undefined>> = {},
): Readonly<Record<string, number>> {
  const values = Object.fromEntries(Object.entries(task.options).map(([name, option]) => [name, option.default]));
  for (const [name, value] of Object.entries(given)) if (value !== undefined) values[name] = value;
  return checkValues(task.name, task.options, values);
}
