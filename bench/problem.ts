/**
 * The one training problem every system is given: the same weights, the same batch, the same hyper-parameters.
 *
 *     one-hot ids [T, B] -> layers x LSTM(hidden) -> linear(vocabulary) -> mean cross entropy over T*B, in nats
 *
 * Weights have PyTorch's layout (gates in the order i, f, g, o; one bias a layer). State is zero at each step and the
 * batch is the same at each step, so that losses can be compared between systems.
 */

export const SIZES = {
  XS: { vocabulary: 65, hidden: 64, layers: 1, timeSteps: 32, batch: 8 },
  S: { vocabulary: 65, hidden: 128, layers: 1, timeSteps: 64, batch: 32 },
  M: { vocabulary: 65, hidden: 256, layers: 2, timeSteps: 64, batch: 32 },
  L: { vocabulary: 65, hidden: 512, layers: 2, timeSteps: 128, batch: 64 },
} as const;

export type SizeName = keyof typeof SIZES;

export interface Size {
  readonly vocabulary: number;
  readonly hidden: number;
  readonly layers: number;
  readonly timeSteps: number;
  readonly batch: number;
}

/** Global norm clip, then Adam; every system uses these values. */
export const TRAINING = { clipNorm: 5, rate: 2e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

export interface LstmLayerWeights {
  /** [4 * hidden, inputs]; inputs is the vocabulary in layer 0 and hidden above it. */
  readonly weightIh: Float32Array;
  /** [4 * hidden, hidden] */
  readonly weightHh: Float32Array;
  /** [4 * hidden] */
  readonly bias: Float32Array;
  readonly inputs: number;
}

export interface Problem extends Size {
  readonly lstm: readonly LstmLayerWeights[];
  /** [vocabulary, hidden] */
  readonly linearWeight: Float32Array;
  /** [vocabulary] */
  readonly linearBias: Float32Array;
  /** [timeSteps, batch] */
  readonly ids: Int32Array;
  /** [timeSteps, batch]: the id that follows. */
  readonly targets: Int32Array;
}

/** mulberry32: 32 bits of state, enough for a benchmark's weights. Returns numbers in [0, 1). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

/** The problem of a size, equal on every machine: uniform weights in ±1/sqrt(hidden), a skewed random walk of ids. */
export function createProblem(size: Size, seed = 1): Problem {
  const { vocabulary, hidden, layers } = size;
  const random = randomNumbers(seed);
  const bound = 1 / Math.sqrt(hidden);
  const uniform = (length: number) => Float32Array.from({ length }, () => (2 * random() - 1) * bound);
  const lstm = Array.from({ length: layers }, (_, layer) => {
    const inputs = layer === 0 ? vocabulary : hidden;
    return {
      inputs,
      weightIh: uniform(4 * hidden * inputs),
      weightHh: uniform(4 * hidden * hidden),
      bias: uniform(4 * hidden),
    };
  });
  const linearWeight = uniform(vocabulary * hidden);
  const linearBias = uniform(vocabulary);
  const [ids, targets] = idWindows(size, random);
  return { ...size, lstm, linearWeight, linearBias, ids, targets };
}

function idWindows({ vocabulary, timeSteps, batch }: Size, random: () => number): [Int32Array, Int32Array] {
  const ids = new Int32Array(timeSteps * batch);
  const targets = new Int32Array(timeSteps * batch);
  for (let b = 0; b < batch; b++) {
    let id = Math.floor(random() * vocabulary);
    for (let t = 0; t < timeSteps; t++) {
      ids[t * batch + b] = id;
      // Squaring favours short hops, so that there is something to learn.
      id = (id + Math.floor(random() ** 2 * vocabulary)) % vocabulary;
      targets[t * batch + b] = id;
    }
  }
  return [ids, targets];
}

/** One-hot rows: [ids.length, vocabulary]. On the CPU, as TensorFlow.js' own is wrong after a cast on its WebGPU. */
export function oneHot(ids: Int32Array, vocabulary: number): Float32Array {
  const rows = new Float32Array(ids.length * vocabulary);
  ids.forEach((id, row) => {
    rows[row * vocabulary + id] = 1;
  });
  return rows;
}

/** [rows, columns] to [columns, rows]. */
export function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = matrix[r * columns + c]!;
  }
  return out;
}

/**
 * Floating-point operations of the matmuls that a training step cannot do without, forward and backward. The one-hot
 * product of layer 0 is a gather and counts nothing, whatever a system really does: the same numerator for all.
 */
export function flopsPerStep({ vocabulary, hidden, layers, timeSteps, batch }: Size): number {
  const recurrent = layers * 4 * hidden * hidden;
  const between = (layers - 1) * 4 * hidden * hidden;
  return 3 * 2 * timeSteps * batch * (recurrent + between + vocabulary * hidden);
}
