import { pad4 } from '../model/layout.js';
import { type Access, grid, type Kernel, literal } from './kernel.js';

/** Rows of a recurrence: [T, B, pad4(H)] a trial. */
export interface OmegaShape {
  readonly timeSteps: number;
  readonly batch: number;
  readonly units: number;
  readonly trials: number;
}

/**
 * Typed face of `shaders/probe/omega_terms.wgsl`: the terms of Ω, [T, B] pairs a trial, from ∂L/∂h_t and dZ_t·Rᵀ.
 * `reverse`: the pass goes from the end of the sequence to its beginning; `ragged`: rows have lengths of their own.
 */
export function omegaTerms(
  { timeSteps, batch, units, trials, reverse, ragged }: OmegaShape & { reverse: boolean; ragged: boolean },
): Kernel {
  const rows = timeSteps * batch;
  const bindings: Record<string, Access> = {
    delta: 'read', v: 'read', terms: 'read_write', ...(ragged ? { control: 'read' } as const : {}),
  };
  return {
    file: 'probe/omega_terms.wgsl',
    defines: { T: timeSteps, B: batch, HP: pad4(units) / 4, TRIALS: trials, REVERSE: reverse, RAGGED: ragged },
    bindings,
    workgroups: [...grid(rows, 64), trials],
    cost: { bytes: 4 * trials * rows * (2 * units + 2), flops: 4 * trials * rows * units },
  };
}

/** Typed face of `shaders/probe/omega_sum.wgsl`: Ω and its number of terms, [2] a trial. `lanes` threads add. */
export function omegaSum(
  { timeSteps, batch, trials, lanes }: Omit<OmegaShape, 'units'> & { lanes: 1 | 16 },
): Kernel {
  const rows = timeSteps * batch;
  return {
    file: 'probe/omega_sum.wgsl',
    defines: { SIZE: rows, LANES: lanes, SHARED: lanes > 1 },
    bindings: { terms: 'read', omega: 'read_write' },
    workgroups: [1, 1, trials],
    cost: { bytes: 8 * trials * rows, flops: 3 * trials * rows },
  };
}

/**
 * Typed face of `shaders/probe/omega_scale.wgsl`: from dZ_t·Rᵀ to what takes the place of h_{t−1} in dR. `weight` is
 * α; `states` says where h_{t−1} begins in its binding and how far trials are apart, in floats.
 */
export function omegaScale({ timeSteps, batch, units, trials, weight, states }: OmegaShape & {
  weight: number; states: { readonly start: number; readonly stride: number };
}): Kernel {
  const rows = timeSteps * batch;
  return {
    file: 'probe/omega_scale.wgsl',
    defines: {
      ROWS: rows, HP: pad4(units) / 4, WEIGHT: literal(weight), START: states.start / 4,
      STRIDE_STATES: states.stride / 4,
    },
    bindings: { states: 'read', terms: 'read', omega: 'read', v: 'read_write' },
    workgroups: [...grid((rows * pad4(units)) / 4, 64), trials],
    cost: { bytes: 4 * trials * rows * (3 * units + 2), flops: 4 * trials * rows * units },
  };
}
