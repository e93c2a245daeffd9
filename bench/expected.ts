import type { LstmLayerWeights, Problem } from './problem.js';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/**
 * The problem's loss before any update, in float64 and plain loops: what each system's first loss must equal.
 * Equations: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000, as in PyTorch's `nn.LSTM`.
 */
export function expectedFirstLoss(problem: Problem): number {
  const { vocabulary, hidden, timeSteps, batch, ids, targets, linearWeight, linearBias } = problem;
  let sum = 0;
  for (let b = 0; b < batch; b++) {
    const states = problem.lstm.map(() => ({ h: new Float64Array(hidden), c: new Float64Array(hidden) }));
    for (let t = 0; t < timeSteps; t++) {
      let input: number | Float64Array = ids[t * batch + b]!;
      problem.lstm.forEach((layer, l) => {
        const { c, h } = states[l]!;
        states[l]!.h = advance(layer, input, h, c);
        input = states[l]!.h;
      });
      const top = states.at(-1)!.h;
      const logits = new Float64Array(vocabulary);
      for (let v = 0; v < vocabulary; v++) logits[v] = linearBias[v]! + dot(linearWeight, v * hidden, top);
      sum += logSumExp(logits) - logits[targets[t * batch + b]!]!;
    }
  }
  return sum / (timeSteps * batch);
}

/** One LSTM step of one sequence; `input` is an id (a one-hot row) or a vector. Changes `c`, returns the new h. */
function advance(layer: LstmLayerWeights, input: number | Float64Array, h: Float64Array, c: Float64Array) {
  const units = h.length;
  const gate = (row: number) => {
    const fromInput = typeof input === 'number'
      ? layer.weightIh[row * layer.inputs + input]!
      : dot(layer.weightIh, row * layer.inputs, input);
    return layer.bias[row]! + fromInput + dot(layer.weightHh, row * units, h);
  };
  const next = new Float64Array(units);
  for (let u = 0; u < units; u++) {
    const candidate = sigmoid(gate(u)) * Math.tanh(gate(2 * units + u));
    c[u] = sigmoid(gate(units + u)) * c[u]! + candidate;
    next[u] = sigmoid(gate(3 * units + u)) * Math.tanh(c[u]!);
  }
  return next;
}

function dot(matrix: Float32Array, offset: number, vector: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < vector.length; k++) sum += matrix[offset + k]! * vector[k]!;
  return sum;
}

function logSumExp(values: Float64Array): number {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, x) => sum + Math.exp(x - top), 0));
}
