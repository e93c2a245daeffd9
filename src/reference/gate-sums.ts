import { pad4 } from '../model/layout.js';

/** Σ g, counts of g < 0.1 and of g > 0.9, and count, of one lane of the gates. */
export type GateSums = [sum: number, left: number, right: number, count: number];

/**
 * How open the gates of a layer are, lane by lane, over rows, units and times that a row has. Mirrors
 * `shaders/probe/gate_sums.wgsl`. gates [T, B, pad4(H·L)], activated.
 */
export function gateSums(
  { timeSteps, batch, units, lanes, lengths }: {
    timeSteps: number; batch: number; units: number; lanes: number; lengths: ArrayLike<number>;
  },
  gates: Float64Array,
): GateSums[] {
  const pitch = pad4(units * lanes);
  return Array.from({ length: lanes }, (_, lane) => {
    const sums: GateSums = [0, 0, 0, 0];
    for (let row = 0; row < timeSteps * batch; row++) {
      if (Math.floor(row / batch) >= lengths[row % batch]) continue;
      for (let unit = 0; unit < units; unit++) {
        const g = gates[row * pitch + unit * lanes + lane];
        sums[0] += g;
        sums[1] += Number(g < 0.1);
        sums[2] += Number(g > 0.9);
        sums[3]++;
      }
    }
    return sums;
  });
}
