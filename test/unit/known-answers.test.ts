// Latch against implementations from outside: ONNX Runtime for outputs and final states, TensorFlow.js for gradients.
import { describe, expect, test } from 'vitest';
import type { NetworkGradients } from '../../src/model/network.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { createReferenceNetwork } from '../../src/train/create-network.js';
import { randomFloats } from '../support/arrays.js';
import { expectClose } from '../support/close.js';
import { latchModel, latchParameters, latchStates, openGate } from '../support/known/latch.js';
import { type Layer, type LayerOptions, type Operator, randomLayer, type States } from '../support/known/layer.js';
import { onnxForward } from '../support/known/onnx.js';
import { tfjsGradients } from '../support/known/tfjs.js';

interface Case extends LayerOptions {
  /** Stacked layers; 1 when left out. */
  readonly layers?: number;
  /** A gate that Latch's cell does not have, at 1 in the outside ones. */
  readonly open?: 0 | 1 | 3;
}

const BOTH_WAYS = { direction: 'bidirectional', ragged: true } as const;
const LINEAR_IN = ['sigmoid', 'identity', 'tanh'] as const;
const LINEAR_OUT = ['sigmoid', 'tanh', 'identity'] as const;

const CASES: [cell: string, op: Operator, options: Case][] = [
  ['rnn', 'RNN', {}],
  ['rnn', 'RNN', { ...BOTH_WAYS, layers: 2 }],
  ['rnn-relu', 'RNN', { activations: ['relu'] }],
  ['rnn-sigmoid', 'RNN', { activations: ['sigmoid'], ...BOTH_WAYS }],
  ['rnn-identity', 'RNN', { activations: ['identity'], ragged: true }],
  ['gru', 'GRU', { linearBeforeReset: true }],
  ['gru', 'GRU', { linearBeforeReset: true, bias: false }],
  ['gru', 'GRU', { linearBeforeReset: true, ...BOTH_WAYS, layers: 2 }],
  ['gru-before', 'GRU', {}],
  ['gru-before', 'GRU', { ...BOTH_WAYS, layers: 2 }],
  ['lstm', 'LSTM', {}],
  ['lstm', 'LSTM', { bias: false, givenStates: false }],
  ['lstm', 'LSTM', { ragged: true, batch: 5 }],
  ['lstm', 'LSTM', { ...BOTH_WAYS, layers: 2 }],
  ['lstm', 'LSTM', { units: 1, inputs: 1, batch: 1, timeSteps: 1 }],
  ['lstm-peephole', 'LSTM', { peepholes: true }],
  ['lstm-peephole', 'LSTM', { peepholes: true, ...BOTH_WAYS, layers: 2 }],
  ['lstm-cifg', 'LSTM', { peepholes: true, coupled: true, ...BOTH_WAYS }],
  ['lstm-niaf', 'LSTM', { peepholes: true, activations: LINEAR_IN }],
  ['lstm-noaf', 'LSTM', { peepholes: true, activations: LINEAR_OUT }],
  ['lstm-np', 'LSTM', {}],
  ['lstm-nig', 'LSTM', { peepholes: true, open: 0 }],
  ['lstm-nfg', 'LSTM', { peepholes: true, open: 1 }],
  ['lstm-nog', 'LSTM', { peepholes: true, open: 3 }],
];

interface Problem {
  readonly stack: readonly Layer[];
  /** Of the last layer. */
  readonly outputGradient: Float32Array;
  readonly stateGradients: readonly States[];
}

function randomProblem(op: Operator, { layers = 1, open, ...options }: Case, random: CounterRandom): Problem {
  const stack: Layer[] = [];
  for (let l = 0; l < layers; l++) {
    const below = stack[0];
    const layer = randomLayer(op, random, below ? { ...options, inputs: below.weights.length * below.units } : options);
    stack.push({ ...(open === undefined ? layer : openGate(layer, open)), lengths: (below ?? layer).lengths });
  }
  const { timeSteps, batch, units, weights } = stack[0]!;
  const state = () => randomFloats(random, weights.length * batch * units);
  return {
    stack,
    outputGradient: randomFloats(random, timeSteps * batch * weights.length * units),
    stateGradients: stack.map(() => ({ hidden: state(), ...(op === 'LSTM' ? { cell: state() } : {}) })),
  };
}

async function latch(cell: string, { stack, outputGradient, stateGradients }: Problem): Promise<NetworkGradients> {
  const [{ op, timeSteps, batch, input, states, lengths }] = stack as [Layer];
  const network = await createReferenceNetwork(latchModel(cell, stack), { timeSteps, batch });
  await network.setParameters(latchParameters(cell, op, stack.map(({ weights }) => weights)));
  const result = await network.gradients({
    inputs: input, lengths, outputGradient,
    ...(states ? { states: latchStates(stack.map((layer) => layer.states!)) } : {}),
    stateGradients: latchStates(stateGradients),
  });
  network.destroy();
  return result;
}

/** Layer after layer by ONNX Runtime. */
async function outsideForward({ stack }: Problem) {
  const inputs: ArrayLike<number>[] = [stack[0]!.input];
  const states: States[] = [];
  for (const layer of stack) {
    const result = await onnxForward({ ...layer, input: inputs.at(-1)! });
    inputs.push(result.outputs);
    states.push(result.states);
  }
  return { inputs, outputs: inputs.at(-1)!, states: latchStates(states) };
}

/** From the last layer down by TensorFlow.js: a layer's input gradient is the output gradient of the one below. */
async function outsideGradients(cell: string, problem: Problem) {
  const { stack, stateGradients } = problem;
  const { inputs } = await outsideForward(problem);
  let outputs: ArrayLike<number> = problem.outputGradient;
  const found = [];
  for (let l = stack.length - 1; l >= 0; l--) {
    const result = await tfjsGradients({ ...stack[l]!, input: inputs[l]! }, { outputs, states: stateGradients[l] });
    outputs = result.inputGradient;
    found.unshift(result);
  }
  return {
    input: outputs,
    parameters: latchParameters(cell, stack[0]!.op, found.map(({ weightGradients }) => weightGradients)),
    states: latchStates(found.map((result) => result.stateGradients)),
  };
}

/** ONNX Runtime computes in float32: 1e-5 on values of order one. */
function expectKnown(actual: ArrayLike<number> | undefined, expected: ArrayLike<number>, what: string): void {
  expect(actual?.length, what).toBe(expected.length);
  for (let k = 0; k < expected.length; k++) {
    if (Math.abs(actual![k]! - expected[k]!) <= 1e-5) continue;
    expect.fail(`${what}: ${actual![k]} at ${k}, known to be ${expected[k]}`);
  }
}

const rows = CASES.map((row, index) => [...row, index] as const);

describe.each(rows)('%s, as %s %j (case %i)', (cell, op, options, index) => {
  const seed = 400 + index;
  const problem = randomProblem(op, options, new CounterRandom(seed, 0));

  test('has the outputs and final states of ONNX Runtime', async () => {
    const [actual, expected] = [await latch(cell, problem), await outsideForward(problem)];
    expectKnown(actual.outputs, expected.outputs, `outputs (seed ${seed})`);
    expect(Object.keys(actual.states).sort()).toEqual(Object.keys(expected.states).sort());
    for (const [name, values] of Object.entries(expected.states)) {
      expectKnown(actual.states[name], values, `final state ${name} (seed ${seed})`);
    }
  });

  test('has the gradients of TensorFlow.js', async () => {
    const [actual, expected] = [await latch(cell, problem), await outsideGradients(cell, problem)];
    const near = (a: ArrayLike<number> | undefined, b: ArrayLike<number>, what: string) =>
      expectClose(a ?? [], b, { what: `∂loss/∂${what}`, seed, pass: 'backward' });
    near(actual.inputGradient, expected.input, 'input');
    expect([...actual.parameterGradients.keys()].sort()).toEqual([...expected.parameters.keys()].sort());
    for (const [name, values] of expected.parameters) near(actual.parameterGradients.get(name), values, name);
    for (const [name, values] of Object.entries(expected.states)) near(actual.stateGradients[name], values, name);
  });
});
