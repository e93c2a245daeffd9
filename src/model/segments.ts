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

/**
 * A segment's length where none is asked for: about 2√T, which leaves memory growing with √T and needs half as many
 * segments as √T. The divisor of T that is nearest where one is near, at most half the window.
 */
export function segmentLength(timeSteps: number): number {
  const aim = 2 * Math.sqrt(timeSteps);
  const most = Math.ceil(timeSteps / 2);
  const distance = (length: number): number => Math.max(length / aim, aim / length);
  let best = 1;
  for (let length = 2; length <= most; length++) {
    if (timeSteps % length === 0 && distance(length) < distance(best)) best = length;
  }
  return distance(best) < 2 ? best : Math.min(Math.round(aim), most);
}
