/** Option checks whose messages say what was given, what is allowed and where. */

/** @throws RangeError unless `value` is an integer in [min, max]. */
export function checkInteger(name: string, value: unknown, min: number, max = 2 ** 31 - 1): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} is ${show(value)}: give a whole number from ${min} to ${max}`);
  }
  return value;
}

/** @throws RangeError unless `value` is a finite number in [min, max] (or (min, max) where an end is excluded). */
export function checkNumber(
  name: string,
  value: unknown,
  range: { min: number; max?: number; above?: boolean; below?: boolean },
): number {
  const { min, max = Infinity, above = false, below = false } = range;
  const ok =
    typeof value === 'number' && Number.isFinite(value) &&
    (above ? value > min : value >= min) && (below ? value < max : value <= max);
  if (!ok) {
    const low = above ? `above ${min}` : `of at least ${min}`;
    const high = max === Infinity ? '' : below ? ` and below ${max}` : ` and at most ${max}`;
    throw new RangeError(`${name} is ${show(value)}: give a number ${low}${high}`);
  }
  return value as number;
}

/** @throws RangeError unless `value` is true or false. */
export function checkFlag(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new RangeError(`${name} is ${show(value)}: give true or false`);
  return value;
}

/** @throws RangeError unless `value` is one of `allowed`. */
export function checkOneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) throw new RangeError(`${name} is ${show(value)}: use ${allowed.join(', ')}`);
  return value as T;
}

/** @throws RangeError where `options` has a key that nothing reads, e.g. a misspelt one. */
export function checkKeys(name: string, options: object, allowed: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !allowed.includes(key));
  if (unknown !== undefined) throw new RangeError(`${name} has no option "${unknown}": use ${allowed.join(', ')}`);
}

const LONGEST = 60;

/** A value for a message: as JSON where String would hide what it is, and not longer than a message bears. */
export function show(value: unknown): string {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return String(value);
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
