/**
 * Gradients by TensorFlow.js: a layer written in its operations, time a JavaScript loop, differentiated by `tf.grads`
 * on its CPU backend in float32. Weights and gradients in PyTorch's shapes and order.
 */
import * as tf from '@tensorflow/tfjs';
import {
  type Activation, activationsOf, type Forward, gateCount, isReverse, type Layer, type States, type Weights,
} from './layer.js';

tf.enableProdMode(); // without the advice to install its native package

type Matrix = tf.Tensor2D;
type Phi = (x: Matrix) => Matrix;
const PHI: Record<Activation, Phi> = { tanh: tf.tanh, relu: tf.relu, sigmoid: tf.sigmoid, identity: (x) => x };
const [add, sub, mul] = [tf.add<Matrix>, tf.sub<Matrix>, tf.mul<Matrix>];
const [matMul, split] = [tf.matMul<Matrix>, tf.split<Matrix>];

/** What the loss depends on, beside the layer: loss = Σ outputs·outputs' gradient + Σ states·states' gradient. */
export interface LossGradient {
  /** ∂loss/∂outputs [T, B, D·H] */
  readonly outputs: ArrayLike<number>;
  /** ∂loss/∂final states; zero when left out. */
  readonly states?: States;
}

export interface TfjsResult extends Forward {
  /** ∂loss/∂input [T, B, I] */
  readonly inputGradient: Float32Array;
  /** ∂loss/∂weights, one a direction, of those given. */
  readonly weightGradients: readonly Weights<Float32Array>[];
  /** ∂loss/∂initial states, also where none were given. */
  readonly stateGradients: States<Float32Array>;
}

type Leaf = tf.Variable<tf.Rank.R2>;
/** Everything differentiated: input [T·B, I], states [D·B, H], biases and peepholes [1, …]. */
interface Leaves { input: Leaf; hidden: Leaf; cell: Leaf; weights: Weights<Leaf>[] }
interface State { hidden: Matrix; cell: Matrix }
/** The next state, from z = W·x + b_ih [B, G·H]. */
type Step = (z: Matrix, state: State, weights: Weights<Matrix>) => State;

/** x·Wᵀ + b */
function affine(x: Matrix, weight: Matrix, bias?: Matrix): Matrix {
  const product = matMul(x, weight, false, true);
  return bias ? add(product, bias) : product;
}

function rnnStep(layer: Layer): Step {
  const phi = PHI[activationsOf(layer)[0]!];
  return (z, { hidden, cell }, { weightHh, biasHh }) =>
    ({ hidden: phi(add(z, affine(hidden, weightHh, biasHh))), cell });
}

function lstmStep(layer: Layer): Step {
  const [gate, phi, psi] = activationsOf(layer).map((name) => PHI[name]);
  const open = (z: Matrix, peephole: Matrix | undefined, cell: Matrix): Matrix =>
    gate!(peephole ? add(z, mul(peephole, cell)) : z);
  return (z, { hidden, cell }, { weightHh, biasHh, peephole }) => {
    const [zi, zf, zg, zo] = split(add(z, affine(hidden, weightHh, biasHh)), 4, 1);
    const [pi, pf, po] = peephole ? split(peephole, 3, 1) : [];
    const i = open(zi!, pi, cell);
    const f = layer.coupled ? sub(1, i) : open(zf!, pf, cell);
    const next = add(mul(f, cell), mul(i, phi!(zg!)));
    return { hidden: mul(open(zo!, po, next), psi!(next)), cell: next };
  };
}

function gruStep(layer: Layer): Step {
  const [gate, phi] = activationsOf(layer).map((name) => PHI[name]);
  return (z, { hidden, cell }, { weightHh, biasHh }) => {
    const [zr, zu, zn] = split(z, 3, 1);
    const [Rr, Ru, Rn] = split(weightHh, 3, 0);
    const [br, bu, bn] = biasHh ? split(biasHh, 3, 1) : [];
    const r = gate!(add(zr!, affine(hidden, Rr!, br)));
    const u = gate!(add(zu!, affine(hidden, Ru!, bu)));
    const recurrent = layer.linearBeforeReset ? mul(r, affine(hidden, Rn!, bn)) : affine(mul(r, hidden), Rn!, bn);
    const n = phi!(add(zn!, recurrent));
    return { hidden: add(mul(sub(1, u), n), mul(u, hidden)), cell };
  };
}

const STEP = { RNN: rnnStep, LSTM: lstmStep, GRU: gruStep };

/** One direction: outputs [B, H] a time step, and the final state. */
function runDirection(layer: Layer, leaves: Leaves, d: number): { outputs: Matrix[]; state: State } {
  const { op, timeSteps, batch, inputs, units, lengths } = layer;
  const step = STEP[op](layer);
  const weights = leaves.weights[d]!;
  const initial = (all: Matrix): Matrix => tf.slice(all, [d * batch, 0], [batch, units]);
  const outputs: Matrix[] = new Array(timeSteps);
  let state: State = { hidden: initial(leaves.hidden), cell: initial(leaves.cell) };
  for (let k = 0; k < timeSteps; k++) {
    const t = isReverse(layer, d) ? timeSteps - 1 - k : k;
    const x = tf.slice(leaves.input, [t * batch, 0], [batch, inputs]);
    const next = step(affine(x, weights.weightIh, weights.biasIh), state, weights);
    const within = Array.from({ length: batch }, (_, b) => Number(t < (lengths?.[b] ?? timeSteps)));
    const mask = tf.tensor2d(within, [batch, 1]);
    const held = (now: Matrix, before: Matrix): Matrix => add(mul(mask, now), mul(sub(1, mask), before));
    outputs[t] = mul(mask, next.hidden);
    state = { hidden: held(next.hidden, state.hidden), cell: held(next.cell, state.cell) };
  }
  return { outputs, state };
}

/** Outputs [T·B, D·H] and final states [D·B, H]. */
function run(layer: Layer, leaves: Leaves): { outputs: Matrix; state: State } {
  const directions = layer.weights.map((_, d) => runDirection(layer, leaves, d));
  return {
    outputs: tf.concat(directions.map(({ outputs }) => tf.concat(outputs, 0)), 1),
    state: {
      hidden: tf.concat(directions.map(({ state }) => state.hidden), 0),
      cell: tf.concat(directions.map(({ state }) => state.cell), 0),
    },
  };
}

function leavesOf({ op, timeSteps, batch, inputs, units, weights, input, states }: Layer): Leaves {
  const rows = gateCount[op] * units;
  const size = weights.length * batch;
  const leaf = (values: ArrayLike<number>, shape: [number, number]): Leaf =>
    tf.variable(tf.tensor2d(Float32Array.from(values), shape));
  const state = (values: ArrayLike<number> = new Float32Array(size * units)) => leaf(values, [size, units]);
  return {
    input: leaf(input, [timeSteps * batch, inputs]),
    hidden: state(states?.hidden),
    cell: state(states?.cell),
    weights: weights.map(({ weightIh, weightHh, biasIh, biasHh, peephole }) => ({
      weightIh: leaf(weightIh, [rows, inputs]),
      weightHh: leaf(weightHh, [rows, units]),
      ...(biasIh ? { biasIh: leaf(biasIh, [1, rows]) } : {}),
      ...(biasHh ? { biasHh: leaf(biasHh, [1, rows]) } : {}),
      ...(peephole ? { peephole: leaf(peephole, [1, 3 * units]) } : {}),
    })),
  };
}

function loss(layer: Layer, leaves: Leaves, gradient: LossGradient): tf.Scalar {
  const { outputs, state } = run(layer, leaves);
  const weighted = (x: Matrix, by: ArrayLike<number>): tf.Scalar =>
    tf.sum(mul(x, tf.tensor2d(Float32Array.from(by), x.shape)));
  const terms = [weighted(outputs, gradient.outputs)];
  if (gradient.states) terms.push(weighted(state.hidden, gradient.states.hidden));
  if (gradient.states?.cell) terms.push(weighted(state.cell, gradient.states.cell));
  return tf.addN(terms);
}

/** Gradients by every leaf, in the leaves' own form. */
function gradientsOf(layer: Layer, leaves: Leaves, gradient: LossGradient) {
  const { input, hidden, cell, weights } = leaves;
  const all = [input, hidden, ...(layer.op === 'LSTM' ? [cell] : []), ...weights.flatMap((own) => Object.values(own))];
  const { grads } = tf.variableGrads(() => loss(layer, leaves, gradient), all as tf.Variable[]);
  const of = (leaf: Leaf) => read(grads[leaf.name]!);
  return {
    inputGradient: of(input),
    weightGradients: weights.map((own) => Object.fromEntries(Object.entries(own)
      .map(([name, leaf]) => [name, of(leaf)])) as unknown as Weights<Float32Array>),
    stateGradients: { hidden: of(hidden), ...(layer.op === 'LSTM' ? { cell: of(cell) } : {}) },
  };
}

const read = (x: tf.Tensor): Float32Array => x.dataSync() as Float32Array;

/**
 * The layer's outputs, final states and all gradients.
 * @throws Error when the CPU backend does not start, or from TensorFlow.js when a length does not fit its shape
 */
export async function tfjsGradients(layer: Layer, gradient: LossGradient): Promise<TfjsResult> {
  if (!(await tf.setBackend('cpu'))) throw new Error('TensorFlow.js could not start its CPU backend.');
  tf.engine().startScope();
  try {
    const leaves = leavesOf(layer);
    const { outputs, state } = run(layer, leaves);
    const cell = layer.op === 'LSTM' ? { cell: read(state.cell) } : {};
    return {
      outputs: read(outputs),
      states: { hidden: read(state.hidden), ...cell },
      ...gradientsOf(layer, leaves, gradient),
    };
  } finally {
    tf.engine().endScope();
    tf.disposeVariables();
  }
}
