import type { CounterRandom } from '../../random/counter-random.js';
import type { Sequence } from '../task.js';
import type { RivalProblem } from './rival.js';

/**
 * An Elman net with N tanh units: a_t = W x_t + R h_{t−1} + b, h_t = tanh(a_t), h_0 = 0, and at the end of a sequence
 * y = h_T, or y = f(V h_T + c) with f the identity or σ. Its error is C = ½Σ(y − target)².
 * Weights are one array: W [N, I], R [N, N], b [N], V [K, N], c [K]; what a net does not have takes no room.
 */
export interface RivalNet {
  readonly inputs: number;
  readonly units: number;
  readonly outputs: number;
  readonly bias: boolean;
  /** Whether there is a layer V, c after the units. */
  readonly layer: boolean;
  readonly outputBias: boolean;
  readonly sigmoid: boolean;
  /** Where R, b, V and c start; W starts at 0. */
  readonly at: { readonly recurrent: number; readonly bias: number; readonly output: number; readonly last: number };
  readonly weights: number;
  /** [weights]: 1 where a weight stays as it is. */
  readonly held: Uint8Array;
}

/** What a forward pass leaves, and a backward pass adds. */
export interface Trace {
  /** Time steps of the sequence. */
  length: number;
  /** h: [T + 1, N], from h_0. */
  readonly states: Float64Array;
  /** y: [K]. */
  readonly outputs: Float64Array;
  /** ∂C/∂a and ∂²C/∂a² of the units: [T, N]. */
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** The same of the output layer: [K]. */
  readonly outputFirst: Float64Array;
  readonly outputSecond: Float64Array;
}

/**
 * The net of a set-up.
 * @throws RangeError for problems and set-ups that the rivals are not defined for
 */
export function createNet({ problem, setup }: RivalProblem): RivalNet {
  const { input, outputs } = problem;
  const refuse = (what: string, allowed: string): never => {
    throw new RangeError(`${what}: the rivals of Bengio et al. (1994) are for ${allowed}; take latch or parity`);
  };
  if (input.kind !== 'values') return refuse('inputs are tokens', 'inputs that are values');
  if (problem.loss === 'softmax' || problem.target !== 'values') {
    refuse(`the loss is ${problem.loss} with targets that are ${problem.target}`, 'the squared error of values');
  }
  if (problem.judge.kind !== 'error') refuse(`the judge is ${problem.judge.kind}`, 'a bound on the error');
  if (setup.batch > 1) refuse(`an update is of ${setup.batch} sequences`, 'an update a sequence');
  if (setup.clip || setup.omega) refuse('gradients are clipped or regularised', 'plain gradients');
  if (setup.cell !== 'rnn') refuse(`the cell is ${setup.cell}`, 'the cell rnn, units of tanh');
  const layer = setup.output !== false;
  const { units } = setup;
  if (!Number.isInteger(units) || units < 1) throw new RangeError(`units is ${units}: give a whole number from 1`);
  if (setup.output && setup.output.skip) refuse('the output layer sees the input', 'an output layer after the units');
  if (!layer && units !== outputs) refuse(`there are ${units} units for ${outputs} outputs`, 'a unit an output there');
  if (!layer && problem.loss !== 'linear') refuse('a unit\'s output passes through σ', 'an output layer there');
  const bias = setup.options?.bias !== 'none';
  const outputBias = layer && (setup.output === undefined || (setup.output && setup.output.bias) !== false);
  const recurrent = units * input.width;
  const biases = recurrent + units * units;
  const output = biases + (bias ? units : 0);
  const last = output + (layer ? outputs * units : 0);
  const weights = last + (outputBias ? outputs : 0);
  const held = new Uint8Array(weights);
  for (const [channel] of setup.initial.inputs ?? []) {
    for (let unit = 0; unit < units; unit++) held[unit * input.width + channel] = 1;
  }
  return {
    inputs: input.width, units, outputs, bias, layer, outputBias, sigmoid: problem.loss === 'sigmoid',
    at: { recurrent, bias: biases, output, last }, weights, held,
  };
}

/** First weights as the set-up has them, U[−1/√N, 1/√N] where it does not say: [weights]. */
export function initialWeights(net: RivalNet, { setup }: RivalProblem, random: CounterRandom): Float64Array {
  const { initial } = setup;
  const draw = () => {
    const kind = initial.weights ?? { kind: 'uniform', bound: 1 / Math.sqrt(net.units) };
    return kind.kind === 'uniform' ? random.uniform(-kind.bound, kind.bound) : kind.deviation * random.normal();
  };
  const weights = Float64Array.from({ length: net.weights }, draw);
  const { at } = net;
  if (initial.recurrent !== undefined) weights.fill(initial.recurrent, at.recurrent, at.bias);
  if (initial.bias !== undefined) {
    weights.fill(initial.bias, at.bias, at.output);
    weights.fill(initial.bias, at.last);
  }
  for (const [channel, value] of initial.inputs ?? []) {
    for (let unit = 0; unit < net.units; unit++) weights[unit * net.inputs + channel] = value;
  }
  return weights;
}

/** Room for sequences of up to `timeSteps`. */
export function createTrace(net: RivalNet, timeSteps: number): Trace {
  const of = (length: number) => new Float64Array(length);
  return {
    length: 0,
    states: of((timeSteps + 1) * net.units), outputs: of(net.outputs),
    first: of(timeSteps * net.units), second: of(timeSteps * net.units),
    outputFirst: of(net.outputs), outputSecond: of(net.outputs),
  };
}

/** a of a unit at a time step, from h_{t−1} in `trace`. */
export function activation(
  net: RivalNet, weights: Float64Array, sequence: Sequence, trace: Trace, time: number, unit: number,
): number {
  const { inputs, units, at } = net;
  let sum = net.bias ? weights[at.bias + unit] : 0;
  for (let i = 0; i < inputs; i++) sum += weights[unit * inputs + i] * sequence.inputs[time * inputs + i];
  for (let j = 0; j < units; j++) sum += weights[at.recurrent + unit * units + j] * trace.states[time * units + j];
  return sum;
}

/** V h_T + c of an output. */
export function outputActivation(net: RivalNet, weights: Float64Array, trace: Trace, output: number): number {
  const { units, at } = net;
  let sum = net.outputBias ? weights[at.last + output] : 0;
  for (let j = 0; j < units; j++) {
    sum += weights[at.output + output * units + j] * trace.states[trace.length * units + j];
  }
  return sum;
}

/** Fills `trace.states` and `trace.outputs`. `threshold`: units are 1 where a ≥ 0 and −1 elsewhere, outputs 1 and 0. */
export function forward(
  net: RivalNet, weights: Float64Array, sequence: Sequence, trace: Trace, threshold = false,
): void {
  const { units } = net;
  trace.length = sequence.length;
  trace.states.fill(0, 0, units);
  for (let time = 0; time < sequence.length; time++) {
    for (let unit = 0; unit < units; unit++) {
      const a = activation(net, weights, sequence, trace, time, unit);
      trace.states[(time + 1) * units + unit] = threshold ? (a >= 0 ? 1 : -1) : Math.tanh(a);
    }
  }
  for (let k = 0; k < net.outputs; k++) {
    if (!net.layer) {
      trace.outputs[k] = trace.states[trace.length * units + k];
    } else {
      const a = outputActivation(net, weights, trace, k);
      trace.outputs[k] = threshold ? Number(a >= 0) : net.sigmoid ? 1 / (1 + Math.exp(-a)) : a;
    }
  }
}

/** Target of an output at the sequence's end. */
export function targetOf(net: RivalNet, sequence: Sequence, output: number): number {
  return sequence.targets[(sequence.length - 1) * net.outputs + output];
}

/**
 * First and second derivatives of C by every a, after `forward`. The second ones run back as in Becker & Le Cun (1989):
 * ∂²C/∂a_j² = f'(a_j)² Σ_i w_ij² ∂²C/∂a_i² + f''(a_j) ∂C/∂h_j, which leaves out ∂²C/∂a_i∂a_k of two units; with one
 * unit nothing is left out.
 */
export function backward(net: RivalNet, weights: Float64Array, sequence: Sequence, trace: Trace): void {
  const { units, at } = net;
  for (let k = 0; k < net.outputs; k++) {
    const y = trace.outputs[k];
    const error = y - targetOf(net, sequence, k);
    const slope = net.sigmoid ? y * (1 - y) : 1;
    trace.outputFirst[k] = error * slope;
    trace.outputSecond[k] = slope * slope + (net.sigmoid ? error * slope * (1 - 2 * y) : 0);
  }
  for (let time = sequence.length - 1; time >= 0; time--) {
    const last = time === sequence.length - 1;
    for (let j = 0; j < units; j++) {
      let first = 0;
      let second = 0;
      if (last && !net.layer) {
        first = trace.outputFirst[j];
        second = trace.outputSecond[j];
      }
      const rows = last ? (net.layer ? net.outputs : 0) : units;
      for (let i = 0; i < rows; i++) {
        const weight = weights[(last ? at.output : at.recurrent) + i * units + j];
        first += weight * (last ? trace.outputFirst[i] : trace.first[(time + 1) * units + i]);
        second += weight * weight * (last ? trace.outputSecond[i] : trace.second[(time + 1) * units + i]);
      }
      const h = trace.states[(time + 1) * units + j];
      const slope = 1 - h * h;
      trace.first[time * units + j] = slope * first;
      trace.second[time * units + j] = slope * slope * second - 2 * h * slope * first;
    }
  }
}

/** Takes ∂C/∂w_it and ∂²C/∂w_it²: of weight i as it is used at time t alone. Time is T for the output layer. */
export type Visit = (weight: number, first: number, second: number, time: number) => void;

/** Visits every use of every weight that may change and meets an input other than 0; after `backward`. */
export function eachUse(net: RivalNet, sequence: Sequence, trace: Trace, visit: Visit): void {
  const { inputs, units, at, held } = net;
  const use = (weight: number, x: number, first: number, second: number, time: number) => {
    if (x !== 0 && !held[weight]) visit(weight, first * x, second * x * x, time);
  };
  for (let time = 0; time < sequence.length; time++) {
    for (let unit = 0; unit < units; unit++) {
      const first = trace.first[time * units + unit];
      const second = trace.second[time * units + unit];
      for (let i = 0; i < inputs; i++) {
        use(unit * inputs + i, sequence.inputs[time * inputs + i], first, second, time);
      }
      for (let j = 0; j < units; j++) {
        use(at.recurrent + unit * units + j, trace.states[time * units + j], first, second, time);
      }
      if (net.bias) use(at.bias + unit, 1, first, second, time);
    }
  }
  if (!net.layer) return;
  for (let k = 0; k < net.outputs; k++) {
    for (let j = 0; j < units; j++) {
      const h = trace.states[trace.length * units + j];
      use(at.output + k * units + j, h, trace.outputFirst[k], trace.outputSecond[k], trace.length);
    }
    if (net.outputBias) use(at.last + k, 1, trace.outputFirst[k], trace.outputSecond[k], trace.length);
  }
}
