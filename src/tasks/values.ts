import type { TaskOption } from './task.js';

/**
 * `values` as a task's `problem` needs them.
 * @throws RangeError where one is missing, unknown or out of range
 */
export function checkValues<Name extends string>(
  task: string, options: Readonly<Record<Name, TaskOption>>, values: Readonly<Record<string, number>>,
): Readonly<Record<Name, number>> {
  const names = Object.keys(options) as Name[];
  const unknown = Object.keys(values).find((name) => !(names as string[]).includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`${task} has no option "${unknown}": ` +
      (names.length === 0 ? 'it has none, leave it out' : `use ${names.join(', ')}`));
  }
  for (const name of names) {
    const value: unknown = values[name];
    const { min, max, fraction = false } = options[name];
    const whole = typeof value === 'number' && (fraction ? Number.isFinite(value) : Number.isInteger(value));
    if (!whole || value < min || value > max) {
      throw new RangeError(`${task} ${name} is ${String(value)}: ` +
        `give a ${fraction ? 'number' : 'whole number'} from ${min} to ${max}`);
    }
  }
  return values as Readonly<Record<Name, number>>;
}
