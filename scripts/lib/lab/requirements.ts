// Bengio, Simard & Frasconi 1994 ask three things of a system that learns long-term dependencies: that it stores a bit
// for any time, resists noise, and learns in reasonable time. Here they are three numbers, measured on the task latch.
import { count } from './summary.js';
import type { LabRow } from './row.js';

/** Share of trials that must hold the bit. */
export const ENOUGH = 0.9;
const FIRST = 10;
const NOISE_LENGTH = 20;
/** Neighbouring lengths are no further apart when the search ends. */
const COARSE = 1.25;

export const LONGEST = 640;
export const NOISES = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1] as const;

/** What a run at these values brought. */
export type Tried = Pick<LabRow, 'success' | 'trials' | 'sequencesToSuccess' | 'interrupted' | 'failed'>;

export interface Requirements {
  /** Largest length at which enough trials hold the bit, 0 where there is none; `atLeast`: no longer one was tried. */
  readonly latches: { readonly length: number; readonly atLeast: boolean };
  /** Largest noise at which enough trials do, at length 20; null where there is none. */
  readonly noise: { readonly deviation: number | null; readonly atLeast: boolean };
  /** Median of the sequences that the trials at length 10 took which learnt it; null where none did. */
  readonly sequences: number | null;
}

/** A run was stopped, or broke, before the numbers were there. */
export class IncompleteError extends Error {
  override readonly name = 'IncompleteError';
}

/**
 * Tries lengths 10, 20, 40, … until too few trials succeed, then between; noises in rising order, until too few do.
 * @param run trains at a length, and a noise where one is given
 * @throws IncompleteError where a run did not end
 */
export async function measureRequirements(
  run: (values: { readonly length: number; readonly noise?: number }) => Promise<Tried>,
  { longest = LONGEST, noises = NOISES }: { readonly longest?: number; readonly noises?: readonly number[] } = {},
): Promise<Requirements> {
  const tried = async (values: { length: number; noise?: number }): Promise<Tried> => {
    const row = await run(values);
    if (row.failed !== undefined) throw new IncompleteError(`at length ${values.length} it failed: ${row.failed}`);
    if (row.interrupted) throw new IncompleteError('interrupted');
    return row;
  };
  const holds = async (values: { length: number; noise?: number }): Promise<boolean> => {
    const { success, trials } = await tried(values);
    return success >= ENOUGH * trials;
  };
  const first = await tried({ length: FIRST });
  const latches = await longestHeld((length) => holds({ length }), longest);
  const noise = await largestNoise((value) => holds({ length: NOISE_LENGTH, noise: value }), noises);
  return { latches, noise, sequences: first.sequencesToSuccess.median };
}

async function longestHeld(
  holds: (length: number) => Promise<boolean>, longest: number,
): Promise<Requirements['latches']> {
  let low = 0;
  let high = FIRST;
  while (await holds(high)) {
    low = high;
    if (high >= longest) return { length: low, atLeast: true };
    high = Math.min(longest, 2 * high);
  }
  if (low === 0) low = await holds(FIRST / 2) ? FIRST / 2 : 0;
  if (low === 0) return { length: 0, atLeast: false };
  while (high > COARSE * low) {
    const middle = Math.round((low + high) / 2);
    if (await holds(middle)) low = middle;
    else high = middle;
  }
  return { length: low, atLeast: false };
}

async function largestNoise(
  holds: (noise: number) => Promise<boolean>, noises: readonly number[],
): Promise<Requirements['noise']> {
  let deviation: number | null = null;
  for (const noise of noises) {
    if (!await holds(noise)) return { deviation, atLeast: false };
    deviation = noise;
  }
  return { deviation, atLeast: true };
}

export function requirementsText(cell: string, { latches, noise, sequences }: Requirements): string {
  const share = `${100 * ENOUGH} % of trials`;
  const least = ({ atLeast }: { readonly atLeast: boolean }): string => (atLeast ? 'at least ' : '');
  const lines = [
    ['latches', latches.length === 0 ? `not at length ${FIRST / 2}: fewer than ${share} hold a bit`
      : `${least(latches)}${latches.length} time steps: the largest length at which ${share} hold a bit`],
    ['resists noise', noise.deviation === null ? `not of deviation ${NOISES[0]} at length ${NOISE_LENGTH}`
      : `of deviation ${least(noise)}${noise.deviation}, at length ${NOISE_LENGTH}`],
    ['trains', sequences === null ? `no trial learnt it at length ${FIRST}`
      : `in ${count(sequences)} sequences, the median at length ${FIRST}`],
  ] as const;
  return [`Bengio's three requirements, ${cell}:`, ...lines.map(([name, text]) => `  ${name.padEnd(14)} ${text}`)]
    .join('\n');
}
