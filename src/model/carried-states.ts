import type { Model } from './description.js';
import { allStateBlocks, packStates } from './named-values.js';
import type { NetworkInput } from './network.js';
import { stateSize } from './states.js';

/** States that a network keeps from call to call, and how far they are in their sequence. */
export class CarriedStates {
  /** After the call before, [stateSize]. */
  private states: Float32Array | Float64Array;
  /** Of the window that comes next in its sequence; 0 where none is carried. */
  position = 0;

  constructor(private readonly model: Model, private readonly batch: number) {
    this.states = new Float64Array(stateSize(model, batch));
  }

  /** States before the first time step; the position goes on where any row's are carried. */
  before({ states, reset }: NetworkInput): Float64Array {
    const { model, batch } = this;
    if (states !== 'carry' || (reset && Array.from(reset).every(Boolean))) this.position = 0;
    if (states !== 'carry') return packStates(model, batch, states);
    const carried = Float64Array.from(this.states);
    for (const { offset, pitch } of allStateBlocks(model, batch)) {
      for (let b = 0; reset && b < batch; b++) {
        if (reset[b]) carried.fill(0, offset + b * pitch, offset + (b + 1) * pitch);
      }
    }
    return carried;
  }

  /** Keeps the states after a window of `timeSteps`. */
  after(states: Float32Array | Float64Array, timeSteps: number): void {
    this.states = states;
    this.position += timeSteps;
  }
}
