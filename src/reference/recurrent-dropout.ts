/**
 * Variational dropout of h_{t−1} on its way to the recurrent weights (Gal & Ghahramani 2016): the same units are
 * dropped at all times of a window, the others are scaled by 1/(1 − p).
 *
 * The mask [B, pad4(H)] is a function of (seed, step, layer, e), counted as in `dropout.ts`.
 */
import { stream } from '../random/streams.js';
import { dropout } from './dropout.js';
import type { MaskKey } from './zoneout.js';

export function recurrentDropoutMask(rate: number, length: number, key: MaskKey): Float64Array {
  const mask = new Float64Array(length).fill(1);
  dropout(mask, mask, { ...key, rate, stream: stream.recurrentDropout });
  return mask;
}
