import type { Program } from './program.js';

/**
 * Cuts a program where a submit would hold more than `flops` of work: a browser ends a GPU that does not answer for
 * some seconds. Gives the index past each chunk's last dispatch; most programs are one chunk.
 */
export function chunks({ dispatches }: Program, flops: number): number[] {
  const ends: number[] = [];
  let sum = 0;
  dispatches.forEach(({ kernel }, index) => {
    if (index > 0 && sum + kernel.cost.flops > flops) {
      ends.push(index);
      sum = 0;
    }
    sum += kernel.cost.flops;
  });
  return [...ends, dispatches.length];
}
