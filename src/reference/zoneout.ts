/**
 * States that stay as they were for a time step: by chance (zoneout, Krueger et al. 2017), in their mean where nothing
 * is trained, or because their row has ended.
 *
 *     state_t = s·state_{t−1} + (1 − s)·candidate        s = 0 or 1 drawn for each time, row and unit; p in the mean
 *
 * Backward, s·δstate_t goes straight to the time before, the rest through the cell.
 *
 * The mask is a function of (seed, step, layer, e): element e of [T, B, pad4(H)] takes lane e % 4 of Philox block
 * floor(e / 4), and stays where the 24 high bits are below p's. T counts time, in whichever order it is gone through.
 */
import type { Cell } from '../cells/index.js';
import { pad4 } from '../model/layout.js';
import type { Zoneout } from '../model/recurrent.js';
import { dropoutKeeps, dropoutThreshold, philox4x32 } from '../random/philox.js';
import { keyTag, stream } from '../random/streams.js';
import type { States } from './cell-step.js';

/** s for each state, [T, B, pad4(H)]; undefined where it is zero throughout. */
export type StayShares = readonly (Float64Array | undefined)[];

/** Which mask: `layer` is `recurrenceLayer(index, l, direction)`, `step` the training step. */
export interface MaskKey {
  readonly seed: number;
  readonly step: number;
  readonly layer: number;
}

/** Draws s; its mean without a key. `lengths` [B]: rows stay from there on. Undefined where nothing stays. */
export function stayShares(
  { cell, timeSteps, batch, units }: { cell: Cell; timeSteps: number; batch: number; units: number },
  { zoneout, key, lengths }: { zoneout: Zoneout; key?: MaskKey; lengths?: ArrayLike<number> },
): StayShares | undefined {
  if (zoneout.hidden === 0 && zoneout.cell === 0 && !lengths) return undefined;
  const slot = batch * pad4(units);
  return cell.states.map(({ name }) => {
    const rate = name === 'hidden' ? zoneout.hidden : name === 'cell' ? zoneout.cell : 0;
    if (rate === 0 && !lengths) return undefined;
    const share = new Float64Array(timeSteps * slot);
    if (rate > 0 && key) draw(share, rate, key, name === 'hidden' ? stream.zoneoutHidden : stream.zoneoutCell);
    else share.fill(rate);
    for (let t = 0; lengths && t < timeSteps; t++) {
      for (let b = 0; b < batch; b++) {
        const row = t * slot + b * pad4(units);
        if (t >= lengths[b]) share.fill(1, row, row + pad4(units));
      }
    }
    return share;
  });
}

function draw(share: Float64Array, rate: number, { seed, step, layer }: MaskKey, of: number): void {
  const threshold = dropoutThreshold(rate);
  const bits = new Uint32Array(4);
  for (let e = 0; e < share.length; e++) {
    if (e % 4 === 0) philox4x32([e / 4, step, layer, of], [seed, keyTag], bits);
    share[e] = dropoutKeeps(bits[e % 4], threshold) ? 0 : 1;
  }
}

/** Turns `next` from candidates into the states of time `t`. */
export function stay(shares: StayShares | undefined, t: number, previous: States, next: States): void {
  shares?.forEach((share, n) => {
    if (!share) return;
    for (let e = 0, at = t * next[n].length; e < next[n].length; e++, at++) {
      const s = share[at];
      // Not by the formula where s is 1: what a row that has ended computes may be infinite.
      if (s !== 0) next[n][e] = s === 1 ? previous[n][e] : s * previous[n][e] + (1 - s) * next[n][e];
    }
  });
}

/** Turns ∂L/∂states of time `t` into ∂L/∂candidates. @returns for each state what goes past the cell, if any */
export function keepBack(shares: StayShares | undefined, t: number, gradients: States): StayShares {
  return (shares ?? []).map((share, n) => share && gradients[n].map((d, e) => {
    const s = share[t * gradients[n].length + e];
    gradients[n][e] = (1 - s) * d;
    return s * d;
  }));
}
