import type { Program } from './program.js';

/** Where each buffer of some programs lies: its GPU buffer, and the bytes of each GPU buffer. */
export interface Placement {
  readonly home: ReadonlyMap<string, string>;
  readonly bytes: ReadonlyMap<string, number>;
}

interface Lifetime { readonly name: string; readonly floats: number; readonly first: number; readonly last: number }

/**
 * Gives every buffer a place. Persistent buffers have their own; scratch buffers whose lifetimes do not meet share one,
 * the largest placed first. Programs never run at once, so they share all scratch.
 */
export function place(programs: readonly Program[]): Placement {
  const home = new Map<string, string>();
  const bytes = new Map<string, number>();
  for (const { buffers } of programs) {
    for (const { name, floats, scratch } of buffers) {
      if (scratch) continue;
      home.set(name, name);
      bytes.set(name, Math.max(bytes.get(name) ?? 0, 4 * floats));
    }
  }
  const pools: { name: string; floats: number }[] = [];
  for (const program of programs) {
    const taken = new Map<string, Lifetime[]>();
    for (const life of lifetimes(program).sort((a, b) => b.floats - a.floats)) {
      const fits = (pool: { name: string }): boolean =>
        (taken.get(pool.name) ?? []).every((other) => other.last < life.first || life.last < other.first);
      let pool = pools.find((candidate) => candidate.floats >= life.floats && fits(candidate)) ?? pools.find(fits);
      if (!pool) pools.push((pool = { name: life.name, floats: 0 })); // after the largest that lies there
      pool.floats = Math.max(pool.floats, life.floats);
      taken.set(pool.name, [...(taken.get(pool.name) ?? []), life]);
      home.set(life.name, pool.name);
    }
  }
  for (const { name, floats } of pools) bytes.set(name, 4 * floats);
  return { home, bytes };
}

function lifetimes({ dispatches, buffers }: Program): Lifetime[] {
  const uses = new Map<string, { first: number; last: number }>();
  dispatches.forEach(({ views }, index) => {
    for (const { buffer } of Object.values(views)) {
      uses.set(buffer, { first: uses.get(buffer)?.first ?? index, last: index });
    }
  });
  return buffers.flatMap(({ name, floats, scratch }) => {
    const use = uses.get(name);
    return scratch && use ? [{ name, floats, ...use }] : [];
  });
}
