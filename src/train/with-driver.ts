import type { RunShape } from '../layers/window.js';

/** The run with what its driver needs, loaded first where that is not there from the start. */
export const withDriver = async (run: RunShape): Promise<RunShape> => (run.strategy.driver === 'wavefront'
  ? { ...run, wavefront: (await import('./later.js')).lowerWavefront } : run);
