import { sample } from '../kernels/sample.js';
import { stateSize } from '../model/states.js';
import type { Program } from '../schedule/program.js';
import { forward, type RunShape, sideBySide, start } from './network.js';

/** Tokens that one submit of the generation program can make. */
export const GENERATE_CHUNK = 256;

/** Longest prime, in tokens. */
export const PRIME_LIMIT = 4096;

/** Of the work that a submit may hold: a reader waits for a piece of text as long as for this share of it. */
const SHARE_OF_SUBMIT = 0.01;
/** Tokens of the first submit, so that there is something to read at once. */
const FIRST_CHUNK = 4;

/**
 * One token: from `current` to the next, which takes its place. Reads `generation parameters`, a copy of one trial's.
 */
export function generationProgram(run: RunShape): Program {
  const single: RunShape = { ...run, timeSteps: 1, batch: 1, trials: 1, strategy: { ...run.strategy, driver: 'step' } };
  const lowering = start(single, {
    name: 'generate', space: 'generate ', parameters: 'generation parameters', training: false, repeated: true,
  });
  const { builder } = lowering;
  const current = builder.persistent('current token', 1);
  const states = builder.persistent('generation states', stateSize(run.model, 1));
  const { logits } = forward(lowering, run.model, current, states);
  const shared = sideBySide(run);
  builder.dispatch('sample', sample({ vocabulary: run.model.outputs, immediates: run.immediates, shared }), {
    logits: logits.view, tokens: builder.persistent('generated', GENERATE_CHUNK), current,
    prime: builder.persistent('prime', PRIME_LIMIT), control: lowering.control,
  }, 'run');
  return builder.build();
}

/**
 * The parts of a run within a prime, where the next token is known: what carries the states, and the end, which takes
 * that token. What lies between makes logits alone.
 */
export function primeParts({ dispatches }: Program): { readonly from: number; readonly to: number }[] {
  const carried = dispatches.map(({ kernel }) => kernel.file).lastIndexOf('carry.wgsl') + 1;
  return [{ from: 0, to: carried }, { from: dispatches.length - 1, to: dispatches.length }];
}

/** One submit of a generation: `count` tokens, for the reader or of the prime. */
export interface GenerationChunk { readonly count: number; readonly read: boolean }

/**
 * The submits that continue a prime of `prime` tokens by `length`: the prime's own as large as they may be, then a
 * short one, and each twice as long as the one before. `flops` is the work of a token, `submitFlops` that of a submit.
 */
export function* generationChunks(
  { prime, length, flops, submitFlops }: { prime: number; length: number; flops: number; submitFlops: number },
): Generator<GenerationChunk> {
  const most = Math.max(1, Math.min(GENERATE_CHUNK, Math.floor((SHARE_OF_SUBMIT * submitFlops) / flops)));
  // The run that reads the prime's last token makes the first of the text.
  for (let rest = prime - 1; rest > 0; rest -= most) yield { count: Math.min(most, rest), read: false };
  let size = Math.min(FIRST_CHUNK, most);
  for (let rest = length; rest > 0; size = Math.min(2 * size, most)) {
    const count = Math.min(size, rest);
    rest -= count;
    yield { count, read: true };
  }
}
