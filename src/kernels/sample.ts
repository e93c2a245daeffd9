import { keyTag, stream } from '../random/streams.js';
import type { Access, Kernel } from './kernel.js';

/** Typed face of `shaders/sample.wgsl`: the next token from logits over `vocabulary`. */
export function sample({ vocabulary, immediates }: { vocabulary: number; immediates: boolean }): Kernel {
  const bindings: Record<string, Access> = {
    logits: 'read', tokens: 'read_write', current: 'read_write', prime: 'read', control: 'read',
  };
  return {
    file: 'sample.wgsl',
    defines: { V: vocabulary, STREAM: stream.sampling, KEY_TAG: keyTag, IMMEDIATES: immediates, TIME_BINDING: 5 },
    bindings,
    workgroups: [1, 1, 1],
    timed: true,
    cost: { bytes: 4 * vocabulary * 3, flops: 8 * vocabulary },
  };
}
