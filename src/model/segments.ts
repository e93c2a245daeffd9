/**
 * Training windows cut in time, so that the activations of one segment at a time are kept: those of the others are
 * computed again, on the way back, from the states at their beginnings (Chen et al. 2016, "Training Deep Nets with
 * Sublinear Memory Cost", section 3). Where segments grow with √T, so does memory.
 */

/** Time steps `first` … `first + length − 1` of a window. */
export interface Segment { readonly first: number; readonly length: number }

/** The segments of a window in order: `length` time steps each, but the first, which may have fewer. */
export function segmentsOf(timeSteps: number, length = timeSteps): Segment[] {
  const count = Math.ceil(timeSteps / length);
  const short = timeSteps - (count - 1) * length;
  return Array.from({ length: count }, (_, k) => (k === 0
    ? { first: 0, length: short }
    : { first: short + (k - 1) * length, length }));
}
