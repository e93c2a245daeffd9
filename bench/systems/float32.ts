import { type Problem, TRAINING } from '../problem.js';
import type { System, Training } from '../system.js';
import { LstmLayer } from './float32-lstm.js';
import { addColumns, exp, type Parameter, parameter, sumOfSquares } from './float32-math.js';
import { Product } from './float32-product.js';

/**
 * The honest floor of JavaScript: the problem's training step in Float32Arrays on one thread, without a library.
 * Products are blocked for registers, one-hot inputs are gathers, and a step allocates nothing.
 */
export const system: System = {
  name: 'float32',
  backend: 'cpu',
  async create(problem) {
    const network = new CharacterLstm(problem);
    let loss = NaN;
    return {
      async step() {
        loss = network.step();
        return loss;
      },
      async readLoss() {
        return loss;
      },
      dispose() {},
    } satisfies Training;
  },
};

/** One-hot ids → LSTM layers → linear → mean cross entropy, with its training step. */
export class CharacterLstm {
  private readonly layers: readonly LstmLayer[];
  private readonly weight: Parameter; // [vocabulary, hidden]
  private readonly bias: Parameter; // [vocabulary]
  private readonly logits: Float32Array; // [T·B, vocabulary], and its gradient
  private readonly toLogits: Product;
  private readonly toHidden: Product;
  private readonly toWeight: Product;
  private steps = 0;

  constructor(private readonly problem: Problem) {
    const { vocabulary, hidden, timeSteps, batch } = problem;
    this.layers = problem.lstm.map((weights, l) => new LstmLayer(problem, weights, l === 0 ? problem.ids : undefined));
    this.weight = parameter(problem.linearWeight);
    this.bias = parameter(problem.linearBias);
    this.logits = new Float32Array(timeSteps * batch * vocabulary);
    this.toLogits = new Product(vocabulary, hidden, { row: hidden, inner: 1 }, { row: hidden, inner: 1 });
    this.toHidden = new Product(hidden, vocabulary, { row: vocabulary, inner: 1 }, { row: 1, inner: hidden });
    this.toWeight = new Product(hidden, 256, { row: 1, inner: vocabulary }, { row: 1, inner: hidden });
  }

  /** One update. Returns the loss before it: the mean over T·B, in nats. */
  step(): number {
    let below: LstmLayer | undefined;
    for (const layer of this.layers) {
      layer.forward(below?.output);
      below = layer;
    }
    const loss = this.head(below!);
    for (let l = this.layers.length - 1; l >= 0; l--) this.layers[l]!.backward(this.layers[l - 1]);
    this.update();
    return loss;
  }

  /** Linear layer and loss, both ways: leaves ∂L/∂output in the top layer. */
  private head(top: LstmLayer): number {
    const { vocabulary, hidden, timeSteps, batch } = this.problem;
    const { logits, weight, bias } = this;
    const rows = timeSteps * batch;
    for (let row = 0; row < rows; row++) logits.set(bias.values, row * vocabulary);
    this.toLogits.setRight(weight.values, 0, hidden);
    this.toLogits.add(rows, top.output, 0, logits, 0, vocabulary);

    const loss = this.crossEntropy();

    bias.gradient.fill(0);
    addColumns(logits, rows, vocabulary, bias.gradient);
    top.outputGradient.fill(0);
    this.toHidden.setRight(weight.values, 0, vocabulary);
    this.toHidden.add(rows, logits, 0, top.outputGradient, 0, hidden);
    weight.gradient.fill(0);
    this.toWeight.addOver(rows, vocabulary, logits, 0, top.output, 0, weight.gradient, hidden);
    return loss;
  }

  /** Logits become their gradient, softmax − one-hot over the number of rows. */
  private crossEntropy(): number {
    const { vocabulary, targets } = this.problem;
    const { logits } = this;
    const rows = targets.length;
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const at = row * vocabulary;
      let top = -Infinity;
      for (let v = 0; v < vocabulary; v++) top = Math.max(top, logits[at + v]!);
      const target = logits[at + targets[row]!]!;
      let sum = 0;
      for (let v = 0; v < vocabulary; v++) {
        const e = exp(logits[at + v]! - top);
        logits[at + v] = e;
        sum += e;
      }
      loss += Math.log(sum) + top - target;
      const scale = 1 / (sum * rows);
      for (let v = 0; v < vocabulary; v++) logits[at + v]! *= scale;
      logits[at + targets[row]!]! -= 1 / rows;
    }
    return loss / rows;
  }

  /** Clip by global norm, then Adam (Kingma & Ba 2015, algorithm 1). */
  private update(): void {
    const { clipNorm, rate, beta1, beta2, epsilon } = TRAINING;
    let sum = sumOfSquares(this.weight.gradient) + sumOfSquares(this.bias.gradient);
    for (const { parameters } of this.layers) for (const { gradient } of parameters) sum += sumOfSquares(gradient);
    const scale = Math.min(1, clipNorm / (Math.sqrt(sum) + 1e-6));
    this.steps++;
    const meanRate = rate / (1 - beta1 ** this.steps);
    const squareScale = 1 / (1 - beta2 ** this.steps);
    const adam = ({ values, gradient, mean, square }: Parameter): void => {
      for (let i = 0; i < values.length; i++) {
        const g = gradient[i]! * scale;
        const m = beta1 * mean[i]! + (1 - beta1) * g;
        const v = beta2 * square[i]! + (1 - beta2) * g * g;
        mean[i] = m;
        square[i] = v;
        values[i]! -= (meanRate * m) / (Math.sqrt(v * squareScale) + epsilon);
      }
    };
    adam(this.weight);
    adam(this.bias);
    for (const { parameters } of this.layers) for (const each of parameters) adam(each);
  }
}
