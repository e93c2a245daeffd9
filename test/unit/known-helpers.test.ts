// The outside implementations against plain loops and each other: what they are then told about Latch can be believed.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { CounterRandom } from '../../src/random/counter-random.js';
import { randomFloats } from '../support/arrays.js';
import { expectClose } from '../support/close.js';
import {
  type Forward, type Layer, type LayerOptions, type Operator, randomLayer, reorderBlocks, type States, type Weights,
} from '../support/known/layer.js';
import { loopForward } from '../support/known/loop.js';
import { onnxForward, onnxProblem, runOnnx } from '../support/known/onnx.js';
import { type LossGradient, tfjsGradients, type TfjsResult } from '../support/known/tfjs.js';

const SEED = 20;

/** Both compute in float32, a few hundred terms each: 1e-5 on values of order one. */
function expectSame(actual: Forward<ArrayLike<number>>, expected: Forward<ArrayLike<number>>, seed: number): void {
  const near = (a: ArrayLike<number>, b: ArrayLike<number>, what: string) => {
    expect(a.length, what).toBe(b.length);
    for (let k = 0; k < b.length; k++) {
      if (!(Math.abs(a[k]! - b[k]!) <= 1e-5)) expect.fail(`${what} (seed ${seed}): ${a[k]} instead of ${b[k]} at ${k}`);
    }
  };
  near(actual.outputs, expected.outputs, 'outputs');
  near(actual.states.hidden, expected.states.hidden, 'hidden');
  expect(actual.states.cell === undefined).toBe(expected.states.cell === undefined);
  if (expected.states.cell) near(actual.states.cell!, expected.states.cell, 'cell');
}

const CASES: [claim: string, op: Operator, options: LayerOptions][] = [
  ['RNN, tanh', 'RNN', {}],
  ['RNN, relu', 'RNN', { activations: ['relu'] }],
  ['RNN, sigmoid', 'RNN', { activations: ['sigmoid'] }],
  ['RNN, identity', 'RNN', { activations: ['identity'] }],
  ['RNN, bidirectional, ragged', 'RNN', { direction: 'bidirectional', ragged: true }],
  ['RNN, identity, bidirectional', 'RNN', { direction: 'bidirectional', activations: ['identity'] }],
  ['GRU, reset before', 'GRU', {}],
  ['GRU, reset after', 'GRU', { linearBeforeReset: true }],
  ['GRU, reset before, bidirectional, ragged', 'GRU', { direction: 'bidirectional', ragged: true }],
  ['GRU, reset after, reverse, ragged', 'GRU', { direction: 'reverse', ragged: true, linearBeforeReset: true }],
  ['LSTM', 'LSTM', {}],
  ['LSTM without biases, from zero states', 'LSTM', { bias: false, givenStates: false }],
  ['LSTM, reverse', 'LSTM', { direction: 'reverse' }],
  ['LSTM, ragged', 'LSTM', { ragged: true, batch: 5 }],
  ['LSTM, bidirectional, ragged', 'LSTM', { direction: 'bidirectional', ragged: true }],
  ['LSTM, peepholes', 'LSTM', { peepholes: true }],
  ['LSTM, peepholes, bidirectional, ragged', 'LSTM', { peepholes: true, direction: 'bidirectional', ragged: true }],
  ['LSTM, coupled gates', 'LSTM', { coupled: true }],
  ['LSTM, coupled gates, peepholes', 'LSTM', { coupled: true, peepholes: true }],
  ['LSTM without input activation', 'LSTM', { activations: ['sigmoid', 'identity', 'tanh'] }],
  [
    'LSTM without output activation, bidirectional', 'LSTM',
    { activations: ['sigmoid', 'tanh', 'identity'], direction: 'bidirectional' },
  ],
  ['LSTM of one unit, one input, one row, one step', 'LSTM', { units: 1, inputs: 1, batch: 1, timeSteps: 1 }],
];

/** A loss over the outputs and the final states, its gradients by them random. */
function randomLoss(layer: Layer, random: CounterRandom): LossGradient {
  const { op, timeSteps, batch, units, weights } = layer;
  const state = () => randomFloats(random, weights.length * batch * units);
  return {
    outputs: randomFloats(random, timeSteps * batch * units * weights.length),
    states: { hidden: state(), ...(op === 'LSTM' ? { cell: state() } : {}) },
  };
}

/** One array that the loss depends on, how to exchange it, and where its gradient is found. */
interface Leaf {
  readonly name: string;
  readonly values: ArrayLike<number>;
  with(values: Float64Array): Layer;
  gradient(result: TfjsResult): Float32Array;
}

function leavesOf(layer: Layer): Leaf[] {
  const { input, weights, states } = layer;
  return [
    {
      name: 'input',
      values: input,
      with: (values) => ({ ...layer, input: values }),
      gradient: (result) => result.inputGradient,
    },
    ...weights.flatMap((own, d) => (Object.keys(own) as (keyof Weights)[]).map((name): Leaf => ({
      name: `${name} of direction ${d}`,
      values: own[name]!,
      with: (values) => ({ ...layer, weights: weights.map((its, k) => (k === d ? { ...its, [name]: values } : its)) }),
      gradient: (result) => result.weightGradients[d]![name]!,
    }))),
    ...(states ? (Object.keys(states) as (keyof States)[]) : []).map((name): Leaf => ({
      name: `initial ${name}`,
      values: states![name]!,
      with: (values) => ({ ...layer, states: { ...states!, [name]: values } }),
      gradient: (result) => result.stateGradients[name]!,
    })),
  ];
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, k) => sum + value * b[k]!, 0);

/** The loss whose gradient by the outputs and final states is `gradient`, in float64. */
function lossOf(layer: Layer, gradient: LossGradient): number {
  const { outputs, states } = loopForward(layer);
  return dot(outputs, gradient.outputs) + dot(states.hidden, gradient.states!.hidden) +
    dot(states.cell ?? [], gradient.states!.cell ?? []);
}

const EPSILON = 1e-5;

describe.each(CASES)('%s', (claim, op, options) => {
  const seed = SEED + CASES.findIndex(([name]) => name === claim);
  const random = new CounterRandom(seed, 0);
  const layer = randomLayer(op, random, options);
  const gradient = randomLoss(layer, random);

  test('ONNX Runtime gives the outputs and final states of a plain loop', async () => {
    expectSame(await onnxForward(layer), loopForward(layer), seed);
  });

  test('so does TensorFlow.js, and the derivatives of the loop by finite differences', async () => {
    const result = await tfjsGradients(layer, gradient);
    expectSame(result, loopForward(layer), seed);
    for (const leaf of leavesOf(layer)) {
      const along = randomFloats(random, leaf.values.length); // a direction in which to differentiate
      const at = (step: number) =>
        lossOf(leaf.with(Float64Array.from(along, (a, k) => leaf.values[k]! + step * a)), gradient);
      const expected = (at(EPSILON) - at(-EPSILON)) / (2 * EPSILON);
      expect(leaf.gradient(result).length).toBe(leaf.values.length);
      expectClose([dot(leaf.gradient(result), along)], [expected], { what: leaf.name, seed, pass: 'backward' });
    }
  });
});

test('TensorFlow.js’ own LSTM layer gives the gradients of the one written in its operations', async () => {
  const random = new CounterRandom(SEED, 1);
  const layer = randomLayer('LSTM', random, { givenStates: false });
  const { timeSteps, batch, inputs, units } = layer;
  const gradient = { outputs: randomFloats(random, timeSteps * batch * units) };
  const ours = await tfjsGradients(layer, gradient);
  const { weightIh, weightHh, biasIh, biasHh } = layer.weights[0]!;
  const own = tf.layers.lstm({
    units, returnSequences: true, recurrentActivation: 'sigmoid', unitForgetBias: false, recurrentInitializer: 'zeros',
    batchInputShape: [batch, timeSteps, inputs],
  });
  const model = tf.sequential({ layers: [own] });
  // Its kernels are transposed, its gates in the same order, and it has one bias.
  const transposed = (values: ArrayLike<number>, columns: number) =>
    tf.tensor2d(Float32Array.from(values), [4 * units, columns]).transpose();
  model.setWeights([
    transposed(weightIh, inputs), transposed(weightHh, units),
    tf.tensor1d(Float32Array.from(biasIh!, (bias, k) => bias + biasHh![k]!)),
  ]);
  const batchFirst = (values: ArrayLike<number>, width: number) =>
    tf.tensor3d(Float32Array.from(values), [timeSteps, batch, width]).transpose([1, 0, 2]);
  const { grads } = tf.variableGrads(() =>
    tf.sum(tf.mul(model.apply(batchFirst(layer.input, inputs)) as tf.Tensor, batchFirst(gradient.outputs, units))));
  const [kernel, recurrentKernel, bias] =
    own.trainableWeights.map((weight) => grads[(weight.read() as tf.Variable).name]!);
  const near = (actual: tf.Tensor, expected: Float32Array, what: string) =>
    expectClose(actual.dataSync() as Float32Array, expected, { what, seed: SEED, pass: 'backward' });
  near(kernel!.transpose(), ours.weightGradients[0]!.weightIh, 'weightIh');
  near(recurrentKernel!.transpose(), ours.weightGradients[0]!.weightHh, 'weightHh');
  near(bias!, ours.weightGradients[0]!.biasIh!, 'biasIh');
  near(bias!, ours.weightGradients[0]!.biasHh!, 'biasHh');
  tf.disposeVariables();
});

test('what does not fit is refused: by ONNX Runtime, and where blocks are reordered', async () => {
  const problem = onnxProblem(randomLayer('GRU', new CounterRandom(SEED, 2)));
  await expect(runOnnx({ ...problem, X: [1, 2, 3] })).rejects.toThrow();
  expect(() => reorderBlocks([1, 2, 3], [1, 0])).toThrow('3 values are not 2 equal blocks.');
  expect([...reorderBlocks([1, 2, 3, 4, 5, 6], [2, 0, 1])]).toEqual([5, 6, 1, 2, 3, 4]);
});
