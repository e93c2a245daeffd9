import { CounterRandom } from '../../src/random/counter-random.js';
import { taskStream } from '../../src/random/streams.js';
import { taskNamed, taskValues } from '../../src/tasks/index.js';
import { emptySequence } from '../../src/tasks/sequences.js';
import type { Examples, Problem, Sequence } from '../../src/tasks/task.js';

/** A task by name, with its defaults where no value is given. */
export function problemOf(name: string, given: Readonly<Record<string, number>> = {}, examples?: Examples): Problem {
  const task = taskNamed(name);
  return task.problem(taskValues(task, given), examples);
}

/** One sequence, drawn alone. */
export function draw(problem: Problem, index: number, testing = false): Sequence {
  const sequence = emptySequence(problem);
  problem.draw(new CounterRandom(7, testing ? taskStream.test : taskStream.training, index), sequence, testing);
  return sequence;
}

export const drawMany = (problem: Problem, count: number, testing = false): Sequence[] =>
  Array.from({ length: count }, (_, index) => draw(problem, index, testing));

/** Steps with a weight. */
export const weighted = ({ weights }: Sequence): number[] => [...weights.keys()].filter((t) => weights[t] !== 0);

/** Each value's share among `values`. */
export function shares(values: readonly number[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1 / values.length);
  return new Map([...found].sort(([a], [b]) => a - b));
}
