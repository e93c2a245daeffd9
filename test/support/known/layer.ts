// What the outside implementations are given: one recurrent layer in PyTorch's shapes and order of row blocks.
import type { CounterRandom } from '../../../src/random/counter-random.js';
import { randomFloats } from '../arrays.js';

export type Operator = 'RNN' | 'GRU' | 'LSTM';
export type Activation = 'tanh' | 'relu' | 'sigmoid' | 'identity';
export type Direction = 'forward' | 'reverse' | 'bidirectional';

/** Weights of one direction. Row blocks of H: LSTM i, f, g, o; GRU r, z, n; RNN a single one. G is their number. */
export interface Weights<Values = ArrayLike<number>> {
  /** [G·H, I] */
  readonly weightIh: Values;
  /** [G·H, H] */
  readonly weightHh: Values;
  /** [G·H]; both biases or none. */
  readonly biasIh?: Values;
  readonly biasHh?: Values;
  /** LSTM only, [3·H]: to the input, forget and output gate. */
  readonly peephole?: Values;
}

/** Each [D, B, H], as PyTorch's h_n and c_n; `cell` is the LSTM's. D is the number of directions. */
export interface States<Values = ArrayLike<number>> { readonly hidden: Values; readonly cell?: Values }

export interface Layer {
  readonly op: Operator;
  /** `forward` when left out. */
  readonly direction?: Direction;
  /** T, B, I, H. */
  readonly timeSteps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly units: number;
  /** One a direction. */
  readonly weights: readonly Weights[];
  /** [T, B, I] */
  readonly input: ArrayLike<number>;
  /** The initial ones; zero when left out. */
  readonly states?: States;
  /** [B], integers from 1 to T: outputs after a row's end are zero, and its state stops. T when left out. */
  readonly lengths?: ArrayLike<number>;
  /** RNN: φ; GRU: gates, candidate; LSTM: gates, cell input, cell output. The usual ones when left out. */
  readonly activations?: readonly Activation[];
  /** GRU only: reset after the matmul, as PyTorch has it. */
  readonly linearBeforeReset?: boolean;
  /** LSTM only: f = 1 − i; the forget gate's rows count for nothing. */
  readonly coupled?: boolean;
}

export interface Forward<Values = Float32Array> {
  /** [T, B, D·H] */
  readonly outputs: Values;
  /** The final ones, each row where it ended. */
  readonly states: States<Values>;
}

export const gateCount = { RNN: 1, GRU: 3, LSTM: 4 } as const satisfies Record<Operator, number>;

const USUAL = {
  RNN: ['tanh'],
  GRU: ['sigmoid', 'tanh'],
  LSTM: ['sigmoid', 'tanh', 'tanh'],
} as const satisfies Record<Operator, readonly Activation[]>;

/** The layer's activations, the usual ones where it names none. */
export const activationsOf = ({ op, activations = USUAL[op] }: Layer): readonly Activation[] => activations;

/** Whether direction `d` of the layer runs from a row's end to its start. */
export const isReverse = ({ direction }: Layer, d: number): boolean => direction === 'reverse' || d === 1;

/** Arrays one after the other, in float32. */
export function concatenate(parts: readonly ArrayLike<number>[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** `values` in `count` equal blocks: those that `order` names, in its order. */
export function reorderBlocks(
  values: ArrayLike<number>, order: readonly number[], count = order.length,
): Float32Array<ArrayBuffer> {
  const block = values.length / count;
  if (!Number.isInteger(block)) throw new RangeError(`${values.length} values are not ${count} equal blocks.`);
  const all = concatenate([values]);
  return concatenate(order.map((from) => all.subarray(from * block, (from + 1) * block)));
}

export interface LayerOptions extends Partial<Omit<Layer, 'op' | 'weights' | 'input' | 'states' | 'lengths'>> {
  readonly bias?: boolean;
  readonly peepholes?: boolean;
  readonly givenStates?: boolean;
  /** Lengths from 1 to T, the first row's T. */
  readonly ragged?: boolean;
}

/** A layer of awkward sizes with random weights, input and whatever else the options ask for. */
export function randomLayer(op: Operator, random: CounterRandom, options: LayerOptions = {}): Layer {
  const { bias = true, peepholes = false, givenStates = true, ragged = false, ...named } = options;
  const { timeSteps, batch, inputs, units, ...rest } = { timeSteps: 6, batch: 3, inputs: 5, units: 7, ...named };
  const D = rest.direction === 'bidirectional' ? 2 : 1;
  const rows = gateCount[op] * units;
  const state = () => randomFloats(random, D * batch * units);
  const length = (_: unknown, b: number) => (b === 0 ? timeSteps : 1 + random.integer(timeSteps));
  const weights = Array.from({ length: D }, (): Weights => ({
    weightIh: randomFloats(random, rows * inputs, 0.6),
    weightHh: randomFloats(random, rows * units, 0.6),
    ...(bias ? { biasIh: randomFloats(random, rows), biasHh: randomFloats(random, rows) } : {}),
    ...(peepholes ? { peephole: randomFloats(random, 3 * units) } : {}),
  }));
  return {
    op, timeSteps, batch, inputs, units, ...rest, weights,
    input: randomFloats(random, timeSteps * batch * inputs),
    ...(givenStates ? { states: { hidden: state(), ...(op === 'LSTM' ? { cell: state() } : {}) } } : {}),
    ...(ragged ? { lengths: Array.from({ length: batch }, length) } : {}),
  };
}
