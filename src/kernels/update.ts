import { type Clip, OPTIMIZER_STATES, type OptimizerDescription } from '../model/optimizers.js';
import { RING } from './control.js';
import { type Access, type Defines, grid, type Kernel, literal } from './kernel.js';

/** Typed face of `shaders/update.wgsl` with one of `shaders/optimizers/`: clip and update `size` floats a trial. */
export function update({ size, trials, optimizer, clip }: {
  size: number; trials: number; optimizer: OptimizerDescription; clip: Clip;
}): Kernel {
  const states = OPTIMIZER_STATES[optimizer.kind];
  const bindings: Record<string, Access> = {
    parameters: 'read_write', gradient: 'read', control: 'read', results: 'read',
  };
  for (const state of states) bindings[state] = 'read_write';
  return {
    file: 'update.wgsl',
    defines: {
      SIZE: size / 4, RING, OPTIMIZER: optimizer.kind, ...optimizerDefines(optimizer),
      CLIPS_NORM: clip.norm !== undefined, CLIP_NORM: literal(clip.norm ?? 0),
      CLIPS_VALUE: clip.value !== undefined, CLIP_VALUE: literal(clip.value ?? 0),
    },
    bindings,
    workgroups: [...grid(size / 4, 64), trials],
    cost: { bytes: 4 * trials * size * (3 + 2 * states.length), flops: trials * size * 12 },
  };
}

function optimizerDefines(optimizer: OptimizerDescription): Defines {
  switch (optimizer.kind) {
    case 'sgd':
      return { MOMENTUM: literal(optimizer.momentum) };
    case 'adam':
      return {
        BETA1: literal(optimizer.beta1), ONE_MINUS_BETA1: literal(1 - optimizer.beta1),
        BETA2: literal(optimizer.beta2), ONE_MINUS_BETA2: literal(1 - optimizer.beta2),
        EPSILON: literal(optimizer.epsilon),
      };
    case 'rmsprop':
      return {
        ALPHA: literal(optimizer.alpha), ONE_MINUS_ALPHA: literal(1 - optimizer.alpha),
        EPSILON: literal(optimizer.epsilon),
      };
    case 'adagrad':
      return { EPSILON: literal(optimizer.epsilon) };
  }
}
