import { pad4 } from '../model/layout.js';
import type { States } from './cell-step.js';

/** Rows of several arrays side by side, each [T, B, pad4(units)] of which `width` columns are real. */
export interface SideBySide {
  readonly timeSteps: number;
  readonly batch: number;
  readonly units: number;
  readonly width: number;
  /** Rows end here, by row [B]: what comes later is zero. */
  readonly lengths?: ArrayLike<number>;
}

/** One [T, B, pad4(count·width)] of `parts`; the only part itself where it is already that. */
export function join(parts: States, shape: SideBySide): Float64Array {
  if (isPlain(parts.length, shape)) return parts[0];
  const { timeSteps, batch, width } = shape;
  const out = new Float64Array(timeSteps * batch * pad4(parts.length * width));
  eachRow(parts.length, shape, (k, from, to) => out.set(parts[k].subarray(from, from + width), to));
  return out;
}

/** The way back: `count` arrays [T, B, pad4(units)] of a joined one. */
export function split(joined: Float64Array, count: number, shape: SideBySide): Float64Array[] {
  if (isPlain(count, shape)) return [joined];
  const { timeSteps, batch, units, width } = shape;
  const parts = Array.from({ length: count }, () => new Float64Array(timeSteps * batch * pad4(units)));
  eachRow(count, shape, (k, to, from) => parts[k].set(joined.subarray(from, from + width), to));
  return parts;
}

const isPlain = (count: number, { units, width, lengths }: SideBySide): boolean =>
  count === 1 && pad4(width) === pad4(units) && !lengths;

/** Visits the rows that have not ended, with their places in part `k` and in the joined array. */
function eachRow(
  count: number, { timeSteps, batch, units, width, lengths }: SideBySide,
  visit: (k: number, part: number, joined: number) => void,
): void {
  for (let t = 0; t < timeSteps; t++) {
    for (let b = 0; b < batch; b++) {
      if (lengths && t >= lengths[b]) continue;
      const row = t * batch + b;
      for (let k = 0; k < count; k++) visit(k, row * pad4(units), row * pad4(count * width) + k * width);
    }
  }
}
