/** Words of a `Control` record (`shaders/lib/control.wgsl`). */
export const CONTROL_WORDS = 8;

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
