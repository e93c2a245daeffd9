import type { CounterRandom } from '../../src/random/counter-random.js';

/** Values of each factor, by its name. The first one should go with as much as possible. */
export type Factors<Row> = { readonly [Name in keyof Row]: readonly Row[Name][] };

/** A value of one factor: both by number. */
type Choice = readonly [factor: number, value: number];

/** How many rows are tried out for each one that is taken. */
const CANDIDATES = 6;

/**
 * Rows that hold every feasible pair of values of two factors at least once (a covering array of strength 2), found
 * greedily: each row begins with a pair that is still open, and then takes, factor by factor, the value that closes
 * most (after Cohen et al. 1997, "The AETG system"). The same `random` gives the same rows.
 *
 * `feasible` says whether a whole row may be. A pair counts as feasible where some row has it that differs from the
 * factors' first values in one more factor at most.
 */
export function pairwise<Row extends object>(
  factors: Factors<Row>, feasible: (row: Row) => boolean, random: CounterRandom,
): Row[] {
  const names = Object.keys(factors) as (keyof Row)[];
  const sizes = names.map((name) => factors[name].length);
  const rowOf = (values: readonly (number | undefined)[]): Row =>
    Object.fromEntries(names.map((name, f) => [name, factors[name][values[f] ?? 0]])) as Row;
  const known = new Map<string, boolean>();

  /** Some row with these values, or nothing. */
  const complete = (values: readonly (number | undefined)[]): boolean => {
    const key = values.join();
    let found = known.get(key);
    if (found === undefined) {
      found = feasible(rowOf(values)) || values.some((value, f) => value === undefined &&
        Array.from({ length: sizes[f]! - 1 }, (_, v) => v + 1).some((v) => feasible(rowOf(values.with(f, v)))));
      known.set(key, found);
    }
    return found;
  };

  const open = new Set<string>();
  const pairKey = ([f, a]: Choice, [g, b]: Choice): string => (f < g ? `${f}:${a} ${g}:${b}` : `${g}:${b} ${f}:${a}`);
  const nothing = names.map((): number | undefined => undefined);
  for (let f = 0; f < names.length; f++) {
    for (let g = f + 1; g < names.length; g++) {
      for (let a = 0; a < sizes[f]!; a++) {
        for (let b = 0; b < sizes[g]!; b++) {
          if (complete(nothing.with(f, a).with(g, b))) open.add(pairKey([f, a], [g, b]));
        }
      }
    }
  }

  /** How many open pairs `choice` closes beside `values`. */
  const gain = (values: readonly (number | undefined)[], [f, a]: Choice): number =>
    values.reduce((sum: number, b, g) =>
      sum + Number(b !== undefined && g !== f && open.has(pairKey([f, a], [g, b]))), 0);

  /** A whole row around an open pair. */
  const grow = (start: string): number[] | undefined => {
    let values = nothing.slice();
    for (const choice of start.split(' ')) {
      const [f, a] = choice.split(':').map(Number) as [number, number];
      values[f] = a;
    }
    for (const f of shuffled(names.length, random)) {
      if (values[f] !== undefined) continue;
      // Among equals the first value, which is the plainest: rows that close little are cheap to run.
      const best = Array.from({ length: sizes[f]! }, (_, a) => ({ a, closes: gain(values, [f, a]) }))
        .toSorted((one, other) => other.closes - one.closes)
        .find(({ a }) => complete(values.with(f, a)));
      if (!best) return undefined;
      values = values.with(f, best.a);
    }
    return values as number[];
  };

  const rows: Row[] = [];
  const pairsOf = (values: readonly number[]): string[] => values.flatMap((a, f) =>
    values.slice(f + 1).map((b, i) => pairKey([f, a], [f + 1 + i, b])));
  while (open.size > 0) {
    const starts = [...open];
    const grown = Array.from({ length: CANDIDATES }, () => grow(starts[random.integer(starts.length)]!))
      .filter((values) => values !== undefined)
      .map((values) => ({ values, closes: pairsOf(values).filter((pair) => open.has(pair)) }))
      .toSorted((one, other) => other.closes.length - one.closes.length);
    const [best] = grown;
    if (!best) throw new Error(`no row has ${starts[0]} of ${names.join(', ')}, which was found feasible`);
    best.closes.forEach((pair) => open.delete(pair));
    rows.push(rowOf(best.values));
  }
  return rows;
}

/** 0 … n − 1 in any order (Fisher and Yates). */
function shuffled(n: number, random: CounterRandom): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
