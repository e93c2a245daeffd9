/**
 * The ONNX operators RNN, GRU and LSTM (opset 14, https://onnx.ai/onnx/operators/) as ONNX Runtime computes them: its
 * WebAssembly build, in Node, on one thread, in float32. A model of one node is written for each call.
 */
import proto, { type onnx as format } from 'onnx-proto';
import * as ort from 'onnxruntime-web/wasm';
import {
  activationsOf, concatenate, type Direction, type Forward, gateCount, type Layer, type Operator, reorderBlocks,
  type Weights,
} from './layer.js';

ort.env.wasm.numThreads = 1; // and so no worker, which would outlive the test

const { onnx } = proto;
const { AttributeType } = onnx.AttributeProto;
const OPSET = 14;
const IR_VERSION = 7; // of the same release, 1.9

const ACTIVATIONS = { tanh: 'Tanh', relu: 'Relu', sigmoid: 'Sigmoid', identity: 'Affine' } as const;

/** One operator with its inputs, by ONNX's names, shapes and order of row blocks. D is the number of directions. */
export interface OnnxProblem {
  readonly op: Operator;
  readonly timeSteps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly units: number;
  readonly direction?: Direction;
  /** [T, B, I] */
  readonly X: ArrayLike<number>;
  /** [D, G·H, I] */
  readonly W: ArrayLike<number>;
  /** [D, G·H, H] */
  readonly R: ArrayLike<number>;
  /** [D, 2·G·H]: those of W, then those of R; zero when left out. */
  readonly B?: ArrayLike<number>;
  /** [B]; T when left out. */
  readonly sequenceLens?: ArrayLike<number>;
  /** [D, B, H]; zero when left out. */
  readonly initialH?: ArrayLike<number>;
  /** LSTM only, [D, B, H]; zero when left out. */
  readonly initialC?: ArrayLike<number>;
  /** LSTM only, peepholes [D, 3·H] in the order i, o, f. */
  readonly P?: ArrayLike<number>;
  /** f, g, h of one direction, used for all. `Affine` is taken with α = 1, β = 0: the identity. */
  readonly activations?: readonly (typeof ACTIVATIONS)[keyof typeof ACTIVATIONS][];
  /** GRU only. */
  readonly linearBeforeReset?: boolean;
  /** LSTM only: the gates are coupled. */
  readonly inputForget?: boolean;
}

export interface OnnxResult {
  /** [T, D, B, H]; zero after a row's end. */
  readonly Y: Float32Array;
  /** [D, B, H], each row where it ended. */
  readonly Y_h: Float32Array;
  /** LSTM only. */
  readonly Y_c?: Float32Array;
}

// Block k in ONNX's order is block ORDER[k] in PyTorch's.
const ORDER: Record<Operator, readonly number[]> = {
  RNN: [0],
  GRU: [1, 0, 2], // z, r, h
  LSTM: [0, 3, 1, 2], // i, o, f, c
};
const PEEPHOLE_ORDER = [0, 2, 1]; // i, o, f

/** PyTorch's weights, one a direction, as the operator's W, R, B and P. */
export function onnxWeights(op: Operator, directions: readonly Weights[]): Pick<OnnxProblem, 'W' | 'R' | 'B' | 'P'> {
  const gates = (of: (weights: Weights) => ArrayLike<number> | undefined) =>
    directions.map((weights) => reorderBlocks(of(weights) ?? [], ORDER[op]));
  const [biasIh, biasHh] = [gates(({ biasIh }) => biasIh), gates(({ biasHh }) => biasHh)];
  const peepholes = directions.flatMap(({ peephole }) => (peephole ? [reorderBlocks(peephole, PEEPHOLE_ORDER)] : []));
  return {
    W: concatenate(gates(({ weightIh }) => weightIh)),
    R: concatenate(gates(({ weightHh }) => weightHh)),
    ...(directions[0]!.biasIh ? { B: concatenate(biasIh.flatMap((bias, d) => [bias, biasHh[d]!])) } : {}),
    ...(peepholes.length > 0 ? { P: concatenate(peepholes) } : {}),
  };
}

/** A layer in PyTorch's order as one operator. */
export function onnxProblem(layer: Layer): OnnxProblem {
  const { op, direction, timeSteps, batch, inputs, units, states } = layer;
  return {
    op, direction, timeSteps, batch, inputs, units,
    X: layer.input,
    ...onnxWeights(op, layer.weights),
    sequenceLens: layer.lengths,
    initialH: states?.hidden,
    initialC: states?.cell,
    activations: activationsOf(layer).map((name) => ACTIVATIONS[name]),
    linearBeforeReset: layer.linearBeforeReset,
    inputForget: layer.coupled,
  };
}

/** ONNX's Y [T, D, B, H] as PyTorch's output [T, B, D·H]. */
export function pytorchOutput(Y: Float32Array, { timeSteps, batch, units }: Layer): Float32Array {
  const directions = Y.length / (timeSteps * batch * units);
  const output = new Float32Array(Y.length);
  for (let t = 0; t < timeSteps; t++) {
    for (let d = 0; d < directions; d++) {
      for (let b = 0; b < batch; b++) {
        const from = ((t * directions + d) * batch + b) * units;
        output.set(Y.subarray(from, from + units), ((t * batch + b) * directions + d) * units);
      }
    }
  }
  return output;
}

interface Input { readonly name: string; readonly dims: readonly number[]; readonly values?: ArrayLike<number> }

/** The operator's inputs in its own order. */
function inputsOf(problem: OnnxProblem): Input[] {
  const { op, timeSteps, batch, inputs, units } = problem;
  const D = problem.direction === 'bidirectional' ? 2 : 1;
  const G = gateCount[op];
  const all: Input[] = [
    { name: 'X', dims: [timeSteps, batch, inputs], values: problem.X },
    { name: 'W', dims: [D, G * units, inputs], values: problem.W },
    { name: 'R', dims: [D, G * units, units], values: problem.R },
    { name: 'B', dims: [D, 2 * G * units], values: problem.B },
    { name: 'sequence_lens', dims: [batch], values: problem.sequenceLens },
    { name: 'initial_h', dims: [D, batch, units], values: problem.initialH },
  ];
  if (op === 'LSTM') {
    all.push(
      { name: 'initial_c', dims: [D, batch, units], values: problem.initialC },
      { name: 'P', dims: [D, 3 * units], values: problem.P },
    );
  }
  return all;
}

function attributesOf(problem: OnnxProblem): format.IAttributeProto[] {
  const { op, units, direction = 'forward', activations, linearBeforeReset, inputForget } = problem;
  const text = (value: string) => new TextEncoder().encode(value);
  const integer = (name: string, i: number) => ({ name, type: AttributeType.INT, i });
  const floats = (name: string, values: number[]) => ({ name, type: AttributeType.FLOATS, floats: values });
  const attributes: format.IAttributeProto[] = [
    integer('hidden_size', units),
    { name: 'direction', type: AttributeType.STRING, s: text(direction) },
  ];
  if (op === 'GRU') attributes.push(integer('linear_before_reset', linearBeforeReset ? 1 : 0));
  if (op === 'LSTM') attributes.push(integer('input_forget', inputForget ? 1 : 0));
  if (activations) {
    const all = direction === 'bidirectional' ? [...activations, ...activations] : activations;
    attributes.push({ name: 'activations', type: AttributeType.STRINGS, strings: all.map(text) });
    const affine = all.filter((name) => name === 'Affine'); // the one of these that takes an α and a β
    if (affine.length > 0) {
      attributes.push(floats('activation_alpha', affine.map(() => 1)), floats('activation_beta', affine.map(() => 0)));
    }
  }
  return attributes;
}

/** A file in ONNX's format: a graph of the one operator, all its inputs fed. */
export function onnxModel(problem: OnnxProblem): Uint8Array {
  const { FLOAT, INT32 } = onnx.TensorProto.DataType;
  const inputs = inputsOf(problem);
  const outputs = problem.op === 'LSTM' ? ['Y', 'Y_h', 'Y_c'] : ['Y', 'Y_h'];
  const names = inputs.map(({ name, values }) => (values ? name : '')); // an empty name: left out
  return onnx.ModelProto.encode({
    irVersion: IR_VERSION,
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: problem.op,
      node: [{ opType: problem.op, input: names, output: outputs, attribute: attributesOf(problem) }],
      input: inputs.filter(({ values }) => values).map(({ name, dims }) => ({
        name,
        type: {
          tensorType: {
            elemType: name === 'sequence_lens' ? INT32 : FLOAT,
            shape: { dim: dims.map((dimValue) => ({ dimValue })) },
          },
        },
      })),
      output: outputs.map((name) => ({ name, type: { tensorType: { elemType: FLOAT } } })),
    },
  }).finish();
}

/**
 * Runs one operator.
 * @throws Error from ONNX Runtime when a length does not fit its shape, or for an attribute that it does not know
 */
export async function runOnnx(problem: OnnxProblem): Promise<OnnxResult> {
  const feeds: Record<string, ort.Tensor> = {};
  for (const { name, dims, values } of inputsOf(problem)) {
    if (!values) continue;
    feeds[name] = name === 'sequence_lens'
      ? new ort.Tensor('int32', Int32Array.from(values), dims)
      : new ort.Tensor('float32', Float32Array.from(values), dims);
  }
  const session = await ort.InferenceSession.create(onnxModel(problem), { executionProviders: ['wasm'] });
  try {
    const results = await session.run(feeds);
    const data = (name: string) => Float32Array.from(results[name]!.data as Float32Array);
    return { Y: data('Y'), Y_h: data('Y_h'), ...(problem.op === 'LSTM' ? { Y_c: data('Y_c') } : {}) };
  } finally {
    await session.release();
  }
}

/** A layer by ONNX Runtime, in PyTorch's shapes. */
export async function onnxForward(layer: Layer): Promise<Forward> {
  const { Y, Y_h, Y_c } = await runOnnx(onnxProblem(layer));
  return { outputs: pytorchOutput(Y, layer), states: { hidden: Y_h, ...(Y_c ? { cell: Y_c } : {}) } };
}
