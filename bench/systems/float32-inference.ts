import type { LstmLayerWeights, Problem } from '../problem.js';
import type { Inferring } from '../system.js';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** One time step at B = 1 in Float32Arrays: four units' worth of gates at a time, a one-hot input as a column. */
export function float32Inference(problem: Problem): Inferring {
  const { vocabulary, hidden, linearWeight, linearBias } = problem;
  const layers = problem.lstm.map((weights) => new Layer(weights, hidden));
  const logits = new Float32Array(vocabulary);
  return {
    async step(token) {
      let below: Float32Array | undefined;
      for (const layer of layers) below = layer.advance(below ?? token);
      logits.set(linearBias);
      addProduct(logits, linearWeight, below!);
      return logits;
    },
    dispose() {},
  };
}

class Layer {
  private readonly h: Float32Array;
  private readonly c: Float32Array;
  private readonly gates: Float32Array; // [4H]: i, f, g, o

  constructor(private readonly weights: LstmLayerWeights, private readonly hidden: number) {
    this.h = new Float32Array(hidden);
    this.c = new Float32Array(hidden);
    this.gates = new Float32Array(4 * hidden);
  }

  /** `input` is an id or a vector. Returns the new h, which stays this layer's. */
  advance(input: number | Float32Array): Float32Array {
    const { gates, h, c, hidden, weights: { weightIh, weightHh, bias, inputs } } = this;
    gates.set(bias);
    if (typeof input === 'number') {
      for (let row = 0; row < gates.length; row++) gates[row]! += weightIh[row * inputs + input]!;
    } else addProduct(gates, weightIh, input);
    addProduct(gates, weightHh, h);
    for (let u = 0; u < hidden; u++) {
      const candidate = sigmoid(gates[u]!) * Math.tanh(gates[2 * hidden + u]!);
      c[u] = sigmoid(gates[hidden + u]!) * c[u]! + candidate;
      h[u] = sigmoid(gates[3 * hidden + u]!) * Math.tanh(c[u]!);
    }
    return h;
  }
}

/** sums[row] += matrix[row]·vector. Four sums side by side, so that additions do not wait for one another. */
function addProduct(sums: Float32Array, matrix: Float32Array, vector: Float32Array): void {
  const width = vector.length;
  const whole = width - (width % 4);
  for (let row = 0; row < sums.length; row++) {
    const at = row * width;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let k = 0; k < whole; k += 4) {
      a += matrix[at + k]! * vector[k]!;
      b += matrix[at + k + 1]! * vector[k + 1]!;
      c += matrix[at + k + 2]! * vector[k + 2]!;
      d += matrix[at + k + 3]! * vector[k + 3]!;
    }
    for (let k = whole; k < width; k++) a += matrix[at + k]! * vector[k]!;
    sums[row]! += a + b + c + d;
  }
}
