// `--sweep length=20,50 --sweep cell=lstm,gru`: an experiment for each combination.
import type { ExperimentOptions } from '../../../src/lab/types.js';
import type { Task } from '../../../src/tasks/task.js';

export interface Axis {
  /** As on the command line. */
  readonly name: string;
  readonly values: readonly (string | number)[];
}

/** An experiment of a sweep, with what tells it from the others. */
export interface Point {
  readonly options: ExperimentOptions;
  readonly at: Readonly<Record<string, string | number>>;
}

const NUMBERS = {
  units: 'units', layers: 'layers', batch: 'batch', rate: 'rate', omega: 'omega', 'clip-norm': 'clipNorm',
  'clip-value': 'clipValue', 'forget-bias': 'forgetBias', limit: 'limit',
} as const satisfies Record<string, keyof ExperimentOptions>;
const WORDS = {
  cell: 'cell', optimizer: 'optimizer', initial: 'initial', driver: 'driver',
} as const satisfies Record<string, keyof ExperimentOptions>;

/** Options of any task that a sweep may go over, as on the command line. */
export const SWEPT: readonly string[] = [...Object.keys(WORDS), ...Object.keys(NUMBERS)];

/**
 * `name=value,value…`
 * @throws RangeError where it is not of this form, or gives a value twice
 */
export function readAxis(text: string): Axis {
  const cut = text.indexOf('=');
  const name = text.slice(0, Math.max(0, cut)).trim();
  const words = text.slice(cut + 1).split(',').map((word) => word.trim());
  if (cut < 1 || name === '' || words.some((word) => word === '')) {
    throw new RangeError(`a sweep is "${text}": give name=value,value,…, e.g. length=20,50,100`);
  }
  const values: readonly (string | number)[] = Object.hasOwn(WORDS, name)
    ? words
    : words.map((word) => numberOf(name, word));
  if (new Set(values).size < values.length) {
    throw new RangeError(`a sweep over ${name} has a value twice: give each value once`);
  }
  return { name, values };
}

/** @throws RangeError unless `word` is a finite number. */
export function numberOf(name: string, word: string): number {
  const value = Number(word);
  if (word.trim() === '' || !Number.isFinite(value)) throw new RangeError(`${name} is "${word}": give a number`);
  return value;
}

/**
 * Every combination of the axes' values put into `base`, the last axis running fastest; without axes, `base` itself.
 * @throws RangeError where the task has no such option, or `base` has it already
 */
export function expandSweep(task: Task, base: ExperimentOptions, axes: readonly Axis[]): Point[] {
  let points: Point[] = [{ options: base, at: {} }];
  const seen = new Set<string>();
  for (const { name, values } of axes) {
    if (seen.has(name)) throw new RangeError(`there are two sweeps over ${name}: give all its values in one`);
    seen.add(name);
    const put = setter(task, base, name);
    points = points.flatMap(({ options, at }) =>
      values.map((value) => ({ options: put(options, value), at: { ...at, [name]: value } })));
  }
  return points;
}

type Put = (options: ExperimentOptions, value: string | number) => ExperimentOptions;

function setter(task: Task, base: ExperimentOptions, name: string): Put {
  const given = (value: unknown): void => {
    if (value === undefined) return;
    throw new RangeError(`${name} is ${String(value)}, and there is a sweep over it: leave one of them out`);
  };
  if (Object.hasOwn(task.options, name)) {
    given(base.values?.[name]);
    return (options, value) => ({ ...options, values: { ...options.values, [name]: Number(value) } });
  }
  const keys: Readonly<Record<string, keyof ExperimentOptions>> = { ...NUMBERS, ...WORDS };
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (key === undefined) {
    const own = Object.keys(task.options);
    throw new RangeError(`${task.name} has no "${name}" to sweep over: use ${[...own, ...SWEPT].join(', ')}`);
  }
  given(base[key]);
  return (options, value) => ({ ...options, [key]: value });
}

/** `length 20, cell lstm`; empty where there is no sweep. */
export const pointName = ({ at }: Pick<Point, 'at'>): string =>
  Object.entries(at).map(([name, value]) => `${name} ${value}`).join(', ');
