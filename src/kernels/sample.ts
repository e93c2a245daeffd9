import { keyTag, stream } from '../random/streams.js';
import type { Access, Kernel } from './kernel.js';

/** Threads that work together, and the logits that their memory holds. */
const LANES = 64;
const MOST_SHARED = 4000; // of 16 KiB

/**
 * Typed face of `shaders/sample.wgsl`: the next token from logits over `vocabulary`. `shared`: threads load the logits
 * and take their exponentials together, which changes no bit.
 */
export function sample(
  { vocabulary, immediates, shared = false }: { vocabulary: number; immediates: boolean; shared?: boolean },
): Kernel {
  const bindings: Record<string, Access> = {
    logits: 'read', tokens: 'read_write', current: 'read_write', prime: 'read', control: 'read',
  };
  const together = shared && vocabulary <= MOST_SHARED;
  return {
    file: 'sample.wgsl',
    defines: {
      V: vocabulary, SHARED: together, LANES: together ? LANES : 1, STREAM: stream.sampling, KEY_TAG: keyTag,
      IMMEDIATES: immediates, SUBGROUPS: false, TIME_BINDING: 5,
    },
    bindings,
    workgroups: [1, 1, 1],
    timed: true,
    cost: { bytes: 4 * vocabulary * 3, flops: 8 * vocabulary },
  };
}
