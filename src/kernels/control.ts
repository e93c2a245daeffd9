import { pad64 } from '../model/layout.js';
import type { Segment } from '../model/segments.js';

/** Words of a `Control` record (`shaders/lib/control.wgsl`). */
export const CONTROL_WORDS = 9;

/**
 * Steps in the ring of results [RING, trials], and the words of one record: loss, gradient norm, non-finite count,
 * spare.
 */
export const RING = 64;
export const RESULT_WORDS = 4;

/** One trial's control values, in the order of the WGSL struct. */
export interface ControlValues {
  readonly seed: number;
  readonly step: number;
  readonly cursor: number;
  readonly keep: boolean;
  readonly rate: number;
  readonly correction1: number;
  readonly correction2: number;
  readonly temperature: number;
}

/** Writes record `trial`; `words` and `floats` are two views of the same bytes. */
export function writeControl(words: Uint32Array, floats: Float32Array, trial: number, values: ControlValues): void {
  const at = trial * CONTROL_WORDS;
  words[at] = values.seed;
  words[at + 1] = values.step;
  words[at + 2] = values.cursor;
  floats[at + 3] = values.keep ? 1 : 0;
  floats[at + 4] = values.rate;
  floats[at + 5] = values.correction1;
  floats[at + 6] = values.correction2;
  floats[at + 7] = values.temperature;
}

/** Words of a set of records; a window cut in time has several, and bindings begin at multiples of 256 bytes. */
export const controlSet = (trials: number): number => pad64(trials * CONTROL_WORDS);

/** Sets of a window of so many segments: one each, and one that keeps nothing; one where the window is not cut. */
export const controlSets = (segments: number): number => (segments > 1 ? segments + 1 : 1);

/** Fills the sets after the first, whose records are there: each segment goes on from the one before. */
export function repeatControl(
  words: Uint32Array, floats: Float32Array, trials: number, segments: readonly Segment[],
): void {
  const set = controlSet(trials);
  for (let k = 1; k < controlSets(segments.length); k++) {
    words.copyWithin(k * set, 0, trials * CONTROL_WORDS);
    const first = segments[k]?.first ?? 0;
    for (let at = k * set; at < k * set + trials * CONTROL_WORDS; at += CONTROL_WORDS) {
      words[at + 2]! += first;
      floats[at + 3] = k < segments.length ? 1 : 0;
      words[at + 8] = first;
    }
  }
}
