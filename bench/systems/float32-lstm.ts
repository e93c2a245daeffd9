import { type LstmLayerWeights, type Size, transpose } from '../problem.js';
import { addColumns, type Parameter, parameter, sigmoid, tanh } from './float32-math.js';
import { Product } from './float32-product.js';

/**
 * One LSTM layer over T time steps, forward and back through time. Histories lie as [T, B, H], gates as [T, B, 4H] in
 * the order i, f, g, o. Equations: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000.
 */
export class LstmLayer {
  /** [T, B, H] */
  readonly output: Float32Array;
  /** ∂L/∂output; backward() adds what comes back through time. */
  readonly outputGradient: Float32Array;
  private readonly gates: Float32Array; // after backward(), the gradient of what goes into them
  private readonly cells: Float32Array;
  private readonly tanhCells: Float32Array;
  private readonly cellGradient: Float32Array; // [B, H], carried back

  private readonly weightIh: Parameter; // [4H, inputs]; of ids [vocabulary, 4H], so that a token is a row
  private readonly weightHh: Parameter; // [4H, H]
  private readonly bias: Parameter;
  private readonly inputs: number;

  private readonly inputProduct: Product;
  private readonly inputBack: Product;
  private readonly inputWeight: Product;
  private readonly recurrentProduct: Product;
  private readonly recurrentBack: Product;
  private readonly recurrentWeight: Product;

  /** `ids` [T, B] are the input of the first layer; the others have that of the layer below. */
  constructor(private readonly size: Size, weights: LstmLayerWeights, private readonly ids: Int32Array | undefined) {
    const { hidden, timeSteps, batch } = size;
    const units = timeSteps * batch * hidden;
    const { inputs } = weights;
    this.inputs = inputs;
    this.output = new Float32Array(units);
    this.outputGradient = new Float32Array(units);
    this.gates = new Float32Array(4 * units);
    this.cells = new Float32Array(units);
    this.tanhCells = new Float32Array(units);
    this.cellGradient = new Float32Array(batch * hidden);
    this.weightIh = parameter(ids ? transpose(weights.weightIh, 4 * hidden, inputs) : weights.weightIh);
    this.weightHh = parameter(weights.weightHh);
    this.bias = parameter(weights.bias);
    const gates = 4 * hidden;
    this.inputProduct = new Product(gates, inputs, { row: inputs, inner: 1 }, { row: inputs, inner: 1 });
    this.inputBack = new Product(inputs, gates, { row: gates, inner: 1 }, { row: 1, inner: inputs });
    this.inputWeight = new Product(inputs, DEPTH, { row: 1, inner: gates }, { row: 1, inner: inputs });
    this.recurrentProduct = new Product(gates, hidden, { row: hidden, inner: 1 }, { row: hidden, inner: 1 });
    this.recurrentBack = new Product(hidden, gates, { row: gates, inner: 1 }, { row: 1, inner: hidden });
    this.recurrentWeight = new Product(hidden, DEPTH, { row: 1, inner: gates }, { row: 1, inner: hidden });
  }

  get parameters(): readonly Parameter[] {
    return [this.weightIh, this.weightHh, this.bias];
  }

  /** Fills `output` from states of zero; `input` [T, B, inputs] is the output of the layer below. */
  forward(input: Float32Array | undefined): void {
    const { timeSteps, batch, hidden } = this.size;
    if (input) this.fromInput(input);
    else this.fromIds();
    const step = batch * hidden;
    this.recurrentProduct.setRight(this.weightHh.values, 0, hidden);
    for (let t = 0; t < timeSteps; t++) {
      if (t > 0) {
        this.recurrentProduct.add(batch, this.output, (t - 1) * step, this.gates, 4 * t * step, 4 * hidden);
      }
      for (let b = 0; b < batch; b++) this.advance(t * batch + b, t > 0);
    }
  }

  /** From `outputGradient` to all gradients of parameters, and to the outputs of the layer below. */
  backward(below: LstmLayer | undefined): void {
    const { timeSteps, batch, hidden } = this.size;
    const { gates, outputGradient } = this;
    const step = batch * hidden;
    this.cellGradient.fill(0);
    this.recurrentBack.setRight(this.weightHh.values, 0, 4 * hidden);
    for (let t = timeSteps - 1; t >= 0; t--) {
      if (t < timeSteps - 1) {
        this.recurrentBack.add(batch, gates, 4 * (t + 1) * step, outputGradient, t * step, hidden);
      }
      for (let b = 0; b < batch; b++) this.retreat(t * batch + b, b, t > 0);
    }
    this.weightHh.gradient.fill(0);
    this.recurrentWeight.addOver(
      (timeSteps - 1) * batch, 4 * hidden, gates, 4 * step, this.output, 0, this.weightHh.gradient, hidden);
    this.bias.gradient.fill(0);
    addColumns(gates, timeSteps * batch, 4 * hidden, this.bias.gradient);
    this.weightIh.gradient.fill(0);
    if (below) this.toInput(below);
    else this.toIds();
  }

  private fromInput(input: Float32Array): void {
    const { timeSteps, batch, hidden } = this.size;
    const rows = timeSteps * batch;
    for (let row = 0; row < rows; row++) this.gates.set(this.bias.values, row * 4 * hidden);
    this.inputProduct.setRight(this.weightIh.values, 0, this.inputs);
    this.inputProduct.add(rows, input, 0, this.gates, 0, 4 * hidden);
  }

  /** A one-hot row times a matrix is a row of the matrix. */
  private fromIds(): void {
    const { gates, ids } = this;
    const table = this.weightIh.values;
    const bias = this.bias.values;
    const width = bias.length;
    for (let row = 0; row < ids!.length; row++) {
      const from = ids![row]! * width;
      const to = row * width;
      for (let n = 0; n < width; n++) gates[to + n] = table[from + n]! + bias[n]!;
    }
  }

  private toInput(below: LstmLayer): void {
    const { timeSteps, batch, hidden } = this.size;
    const rows = timeSteps * batch;
    this.inputWeight.addOver(
      rows, 4 * hidden, this.gates, 0, below.output, 0, this.weightIh.gradient, this.inputs);
    below.outputGradient.fill(0);
    this.inputBack.setRight(this.weightIh.values, 0, 4 * hidden);
    this.inputBack.add(rows, this.gates, 0, below.outputGradient, 0, this.inputs);
  }

  private toIds(): void {
    const { gates, ids } = this;
    const { gradient } = this.weightIh;
    const width = 4 * this.size.hidden;
    for (let row = 0; row < ids!.length; row++) {
      const to = ids![row]! * width;
      const from = row * width;
      for (let n = 0; n < width; n++) gradient[to + n]! += gates[from + n]!;
    }
  }

  /** c = f·c₋₁ + i·g, h = o·tanh c of one row; gates become their activations. */
  private advance(row: number, recurs: boolean): void {
    const { gates, cells, tanhCells, output } = this;
    const { hidden, batch } = this.size;
    const gate = row * 4 * hidden;
    const at = row * hidden;
    for (let u = 0; u < hidden; u++) {
      const i = sigmoid(gates[gate + u]!);
      const f = sigmoid(gates[gate + hidden + u]!);
      const g = tanh(gates[gate + 2 * hidden + u]!);
      const o = sigmoid(gates[gate + 3 * hidden + u]!);
      const c = i * g + (recurs ? f * cells[at - batch * hidden + u]! : 0);
      const tanhC = tanh(c);
      gates[gate + u] = i;
      gates[gate + hidden + u] = f;
      gates[gate + 2 * hidden + u] = g;
      gates[gate + 3 * hidden + u] = o;
      cells[at + u] = c;
      tanhCells[at + u] = tanhC;
      output[at + u] = o * tanhC;
    }
  }

  /** Activations of one row become ∂L/∂z. */
  private retreat(row: number, b: number, recurs: boolean): void {
    const { gates, cells, tanhCells, outputGradient, cellGradient } = this;
    const { hidden, batch } = this.size;
    const gate = row * 4 * hidden;
    const at = row * hidden;
    for (let u = 0; u < hidden; u++) {
      const i = gates[gate + u]!;
      const f = gates[gate + hidden + u]!;
      const g = gates[gate + 2 * hidden + u]!;
      const o = gates[gate + 3 * hidden + u]!;
      const tanhC = tanhCells[at + u]!;
      const dh = outputGradient[at + u]!;
      const dc = cellGradient[b * hidden + u]! + dh * o * (1 - tanhC * tanhC);
      const before = recurs ? cells[at - batch * hidden + u]! : 0;
      gates[gate + u] = dc * g * i * (1 - i);
      gates[gate + hidden + u] = dc * before * f * (1 - f);
      gates[gate + 2 * hidden + u] = dc * i * (1 - g * g);
      gates[gate + 3 * hidden + u] = dh * tanhC * o * (1 - o);
      cellGradient[b * hidden + u] = dc * f;
    }
  }
}

/** Rows that a product over the whole batch takes at once: two panels of them fit a first-level cache. */
const DEPTH = 256;
