import { expect } from 'vitest';

export interface Claim {
  /** What is compared, for the message. */
  readonly what: string;
  /** Seed of the random inputs, printed with a failure. */
  readonly seed?: number;
  /** Gradients may differ five times as much in norm. */
  readonly pass?: 'forward' | 'backward';
}

const ABSOLUTE = 5e-5; // PyTorch's bar for cuDNN against the CPU, on values of order one
const RELATIVE = { forward: 1e-5, backward: 5e-5 };

/**
 * Asserts both bounds of GPU against reference: max |Δ| ≤ 5e-5, and ‖Δ‖/‖ref‖ ≤ 1e-5 forward, 5e-5 backward.
 * The absolute bound is meant for values of order one; float32 rounds in proportion to the value, so it is multiplied
 * by the largest |ref| where that is more than one, and never made smaller.
 */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, claim: Claim): void {
  const { what, seed, pass = 'forward' } = claim;
  const name = `${what}${seed === undefined ? '' : ` (seed ${seed})`}`;
  expect(actual.length, `${name}: length`).toBe(expected.length);
  let worst = 0;
  let at = 0;
  let largest = 0;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    const delta = Math.abs(actual[i]! - expected[i]!);
    if (!(delta <= worst)) { // NaN comes out as the worst
      worst = delta;
      at = i;
      if (Number.isNaN(delta)) break;
    }
    largest = Math.max(largest, Math.abs(expected[i]!));
    difference += delta * delta;
    norm += expected[i]! * expected[i]!;
  }
  const bound = ABSOLUTE * Math.max(1, largest);
  const where = `${name}: worst at ${at}: ${actual[at]} instead of ${expected[at]}`;
  if (!(worst <= bound)) expect.fail(`${where}, |Δ| ${worst} > ${bound}`);
  const relative = norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
  if (!(relative <= RELATIVE[pass])) {
    expect.fail(`${where}, ‖Δ‖/‖ref‖ ${relative} > ${RELATIVE[pass]} (${pass}, ‖ref‖ ${Math.sqrt(norm)})`);
  }
}

/** Asserts that `columns … pitch − 1` of every row are exactly zero. */
export function expectZeroPadding(values: ArrayLike<number>, columns: number, pitch: number, what: string): void {
  for (let i = 0; i < values.length; i++) {
    if (i % pitch >= columns && values[i] !== 0) expect.fail(`${what}: padding at ${i} is ${values[i]}, not 0`);
  }
}

/** Asserts equal bits, with the place of the first difference. */
export function expectEqualBits(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(actual.length, `${what}: length`).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    if (!Object.is(actual[i], expected[i])) expect.fail(`${what}: ${actual[i]} instead of ${expected[i]} at ${i}`);
  }
}
