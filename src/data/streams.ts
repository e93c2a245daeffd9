/**
 * How a sequence of N tokens is cut into B contiguous streams that advance side by side, T positions a window.
 * A position p is one prediction: input token p, target token p + 1; so N tokens hold N − 1 positions.
 */

/** Rows side by side (B) and positions a row advances in one window (T). */
export interface WindowShape {
  batch: number;
  timeSteps: number;
}

export interface TrainingWindows {
  /** L = floor((N − 1) / B). Row b of the window at cursor c covers positions b·L + c … b·L + c + T − 1. */
  readonly streamLength: number;
  readonly timeSteps: number;
  /** Full windows in a stream, floor(L / T); positions after the last one are not trained on. */
  readonly windowsPerEpoch: number;
}

export interface EvaluationWindows {
  /** L = ceil((N − 1) / B). Window w, row b, time t is position b·L + w·T + t if that lies in the row, else masked. */
  readonly streamLength: number;
  /** Windows that reach every position once: ceil(L / T), 0 when there is nothing to predict. */
  readonly windows: number;
}

/** @throws RangeError unless both are positive integers */
export function checkWindowShape(shape: WindowShape): void {
  for (const name of ['batch', 'timeSteps'] as const) {
    if (!Number.isSafeInteger(shape[name]) || shape[name] < 1) {
      throw new RangeError(`${name} is ${shape[name]}; it must be an integer of at least 1.`);
    }
  }
}

/**
 * The windows to train on.
 * @param length N, tokens in the training part
 * @throws RangeError when a stream has no full window, that is N < B·T + 1
 */
export function trainingWindows(length: number, shape: WindowShape): TrainingWindows {
  checkWindowShape(shape);
  const { batch, timeSteps } = shape;
  const streamLength = Math.floor((length - 1) / batch);
  if (!(streamLength >= timeSteps)) {
    throw new RangeError(
      `${length} tokens are too few for batch ${batch} × time ${timeSteps}: at least ${batch * timeSteps + 1} are ` +
        'needed; give more tokens, or a smaller batch or time.',
    );
  }
  return { streamLength, timeSteps, windowsPerEpoch: Math.floor(streamLength / timeSteps) };
}

/**
 * Where every stream stands at a training step. When the next window would pass the end of the streams, they wrap to
 * their beginning, and the recurrent state, which belongs to other text, is reset.
 * @param step from 0
 */
export function cursorAt(step: number, windows: TrainingWindows): { cursor: number; reset: boolean } {
  const window = step % windows.windowsPerEpoch;
  return { cursor: window * windows.timeSteps, reset: window === 0 };
}

/**
 * The windows that count every prediction of a sequence exactly once.
 * @param length N, tokens in the sequence; below 2 there is nothing to predict
 */
export function evaluationWindows(length: number, shape: WindowShape): EvaluationWindows {
  checkWindowShape(shape);
  const streamLength = Math.ceil(Math.max(length - 1, 0) / shape.batch);
  return { streamLength, windows: Math.ceil(streamLength / shape.timeSteps) };
}

/**
 * The positions that row `row` of an evaluation covers, [begin, end); the last rows may be short or empty.
 * @param length N, tokens in the sequence
 */
export function evaluationRow(row: number, length: number, streamLength: number): { begin: number; end: number } {
  const positions = Math.max(length - 1, 0);
  return {
    begin: Math.min(row * streamLength, positions),
    end: Math.min((row + 1) * streamLength, positions),
  };
}
