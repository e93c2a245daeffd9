/**
 * Cuts a window [T, B] out of N tokens that lie as B streams of length L side by side. Mirrors `shaders/window.wgsl`.
 *
 *     input(t, b) = tokens[b·L + cursor + t]       target(t, b) = the token after it
 *
 * Training takes L = ⌊(N − 1)/B⌋, so that every position has a target. Evaluation takes L = ⌈(N − 1)/B⌉, so that every
 * prediction is made exactly once, and masks what lies past the end of a stream or of the text.
 */
export interface WindowShape {
  readonly timeSteps: number;
  readonly batch: number;
}

/** Inputs, targets and mask of one window, each [T, B]. */
export interface Window extends WindowShape {
  readonly inputs: Uint32Array;
  readonly targets: Uint32Array;
  /** 1 where the prediction counts; absent: everywhere. */
  readonly mask?: Float64Array;
}

/** Positions of a stream in training: ⌊(N − 1)/B⌋. */
export const trainingStreamLength = (tokens: number, batch: number): number => Math.floor((tokens - 1) / batch);

/** Positions of a stream in evaluation: ⌈(N − 1)/B⌉. */
export const evaluationStreamLength = (tokens: number, batch: number): number => Math.ceil((tokens - 1) / batch);

/** The window at `cursor`; cursor + T ≤ streamLength. */
export function trainingWindow(
  tokens: Uint32Array, { timeSteps, batch }: WindowShape, cursor: number, streamLength: number,
): Window {
  const inputs = new Uint32Array(timeSteps * batch);
  const targets = new Uint32Array(timeSteps * batch);
  for (let t = 0; t < timeSteps; t++) {
    for (let b = 0; b < batch; b++) {
      const position = b * streamLength + cursor + t;
      inputs[t * batch + b] = tokens[position];
      targets[t * batch + b] = tokens[position + 1];
    }
  }
  return { timeSteps, batch, inputs, targets };
}

/** The masked window at `cursor`. Indices past the text are clamped to its last token. */
export function evaluationWindow(
  tokens: Uint32Array, { timeSteps, batch }: WindowShape, cursor: number, streamLength: number,
): Window {
  const inputs = new Uint32Array(timeSteps * batch);
  const targets = new Uint32Array(timeSteps * batch);
  const mask = new Float64Array(timeSteps * batch);
  const last = tokens.length - 1;
  for (let t = 0; t < timeSteps; t++) {
    for (let b = 0; b < batch; b++) {
      const at = t * batch + b;
      const start = b * streamLength;
      const position = start + cursor + t;
      inputs[at] = tokens[Math.min(position, last)];
      targets[at] = tokens[Math.min(position + 1, last)];
      mask[at] = cursor + t < Math.min(streamLength, last - start) ? 1 : 0;
    }
  }
  return { timeSteps, batch, inputs, targets, mask };
}
