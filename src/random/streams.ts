/**
 * Who may use which random numbers. Every random number of Latch is a word of a Philox block
 * (`philox4x32`, here and in `shaders/lib/philox.wgsl`), addressed by
 *
 *   counter = (block index, step, layer index, stream)    key = (seed, keyTag)
 *
 * so that two uses never share a number, and a step's numbers depend on nothing but its address: a run that is
 * resumed, or a trial that runs beside others, draws what it would have drawn alone.
 * Element e of a tensor takes lane e % 4 of block floor(e / 4).
 */
export const stream = {
  initialisation: 1,
  dropout: 2,
  sampling: 3,
  data: 4,
  /** Mask of h_{t−1}, the same at all times; element (row, unit) of [B, pad4(H)]. */
  recurrentDropout: 5,
  /** Element (time, row, unit) of [T, B, pad4(H)]. */
  zoneoutHidden: 6,
  zoneoutCell: 7,
} as const;

/** Those of src/tasks and src/lab, which most pages have no use for. */
export const taskStream = {
  /** Sequence n of a task, n in place of the layer: those to train on, to test, and members of a set. */
  training: 8,
  test: 9,
  set: 10,
  /** Random vectors of the gradient-flow probe. */
  probe: 11,
} as const;

/** Second key word: 'Latc' in ASCII. The first is the seed, one for each trial. */
export const keyTag = 0x4c617463;
