import { sample } from '../kernels/sample.js';
import { stateSize } from '../model/states.js';
import type { Program } from '../schedule/program.js';
import { forward, type RunShape, start } from './network.js';

/** Tokens that one submit of the generation program can make. */
export const GENERATE_CHUNK = 32;

/** Longest prime, in tokens. */
export const PRIME_LIMIT = 4096;

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
  builder.dispatch('sample', sample({ vocabulary: run.model.outputs, immediates: run.immediates }), {
    logits: logits.view, tokens: builder.persistent('generated', GENERATE_CHUNK), current,
    prime: builder.persistent('prime', PRIME_LIMIT), control: lowering.control,
  }, 'run');
  return builder.build();
}
