import type { Defines } from './kernel.js';

/** What recurrent weights are held as in workgroup memory: as they are, or as float16 holds them. */
export const HELD = ['f32', 'f16'] as const;
export type Held = (typeof HELD)[number];

/** Where a phase's weights lie in storage, in vec4f: `each` of a source, whose next one begins `source` on. */
export interface Weights {
  readonly from: string;
  readonly trial: number;
  readonly offset: number;
  readonly source: number;
  readonly each: number;
}

/** Defines of shaders/lib/hold.wgsl, and the array that the products of phase `p` read. */
export const holdDefines = (held: Held | undefined, p: number, weights: Weights): Defines => ({
  MATRIX: held ? `held${p}` : weights.from, HELD_TYPE: held === 'f16' ? 'vec4h' : 'vec4f', HELD_FROM: weights.from,
  HELD_TRIAL: weights.trial, HELD_OFFSET: weights.offset, HELD_SOURCE: weights.source, HELD_EACH: weights.each,
});
