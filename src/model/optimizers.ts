import { checkNumber } from './check.js';

/** How parameters are updated, as data. `g` is the gradient after clipping; PyTorch's rules throughout. */
export type OptimizerDescription = SgdDescription | AdamDescription | RmspropDescription | AdagradDescription;

export interface SgdDescription { readonly kind: 'sgd'; readonly rate: number; readonly momentum: number }
export interface AdamDescription {
  readonly kind: 'adam'; readonly rate: number;
  readonly beta1: number; readonly beta2: number; readonly epsilon: number;
}
export interface RmspropDescription {
  readonly kind: 'rmsprop'; readonly rate: number; readonly alpha: number; readonly epsilon: number;
}
export interface AdagradDescription { readonly kind: 'adagrad'; readonly rate: number; readonly epsilon: number }

/** Names of each optimiser's state arrays, one value a parameter each, in the order its kernel binds them. */
export const OPTIMIZER_STATES = {
  sgd: ['momentum_buffer'],
  adam: ['exp_avg', 'exp_avg_sq'],
  rmsprop: ['square_avg'],
  adagrad: ['sum'],
} as const satisfies Record<OptimizerDescription['kind'], readonly string[]>;

// What float32 holds in full: beyond, a constant in a shader would be zero or infinite.
const FLOAT32 = { min: 1.2e-38, max: 3.4e38 };

const rateOf = (name: string, rate: number): number => checkNumber(`${name} rate`, rate, FLOAT32);
/** @throws RangeError unless `rates` are one valid learning rate for each of `trials`. */
export function checkRates(rates: readonly number[], trials: number): readonly number[] {
  if (rates.length !== trials) {
    throw new RangeError(`there are ${rates.length} rates for ${trials} trials: give one for each`);
  }
  return rates.map((rate, trial) => checkNumber(`the rate of trial ${trial}`, rate, FLOAT32));
}

const share = (name: string, value: number): number => checkNumber(name, value, { min: 0, max: 1, below: true });
const positive = (name: string, value: number): number => checkNumber(name, value, FLOAT32);

/** v ← μ·v + g, w ← w − rate·v (PyTorch `SGD`). */
export function sgd({ rate = 0.1, momentum = 0 }: { rate?: number; momentum?: number } = {}): SgdDescription {
  return { kind: 'sgd', rate: rateOf('sgd', rate), momentum: share('sgd momentum', momentum) };
}

/** Adam with bias correction (Kingma & Ba 2015, algorithm 1; ε outside the root as in PyTorch). */
export function adam(
  { rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: Partial<Omit<AdamDescription, 'kind'>> = {},
): AdamDescription {
  return {
    kind: 'adam', rate: rateOf('adam', rate), beta1: share('adam beta1', beta1), beta2: share('adam beta2', beta2),
    epsilon: positive('adam epsilon', epsilon),
  };
}

/** s ← α·s + (1−α)·g², w ← w − rate·g/(√s + ε) (Tieleman & Hinton 2012; PyTorch `RMSprop`). */
export function rmsprop(
  { rate = 2e-3, alpha = 0.95, epsilon = 1e-8 }: Partial<Omit<RmspropDescription, 'kind'>> = {},
): RmspropDescription {
  return {
    kind: 'rmsprop', rate: rateOf('rmsprop', rate), alpha: share('rmsprop alpha', alpha),
    epsilon: positive('rmsprop epsilon', epsilon),
  };
}

/** s ← s + g², w ← w − rate·g/(√s + ε) (Duchi et al. 2011; PyTorch `Adagrad`). */
export function adagrad(
  { rate = 0.1, epsilon = 1e-8 }: Partial<Omit<AdagradDescription, 'kind'>> = {},
): AdagradDescription {
  return { kind: 'adagrad', rate: rateOf('adagrad', rate), epsilon: positive('adagrad epsilon', epsilon) };
}

/** Gradient clipping: first by global norm, g ← g·norm/‖g‖ if ‖g‖ > norm (Pascanu 2013), then each value to ±value. */
export interface Clip { readonly norm?: number; readonly value?: number }

/** @throws RangeError where a bound is not a positive number. */
export function checkClip(clip: Clip = {}): Clip {
  if (clip.norm !== undefined) positive('clip norm', clip.norm);
  if (clip.value !== undefined) positive('clip value', clip.value);
  return clip;
}
