/**
 * A layer in float64, a row at a time, as the equations are written: what the outside implementations are read
 * against, so that a mistaken order of gates or a wrong attribute shows.
 */
import { type Activation, activationsOf, type Forward, isReverse, type Layer, type Weights } from './layer.js';

type Phi = (x: number) => number;
const PHI: Record<Activation, Phi> = {
  tanh: Math.tanh,
  relu: (x) => Math.max(0, x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  identity: (x) => x,
};

type Row = readonly number[];
/** The state after one step, from x and the state before. */
type Step = (x: Row, h: Row, c: Row) => { h: Row; c: Row };
type StepOf = (layer: Layer, weights: Weights, phi: readonly Phi[]) => Step;

/** W·x + b, W [rows, x.length]. */
function affine(weight: ArrayLike<number>, x: Row, bias?: ArrayLike<number>): Row {
  return Array.from({ length: weight.length / x.length }, (_, row) =>
    x.reduce((sum, value, column) => sum + weight[row * x.length + column]! * value, bias?.[row] ?? 0));
}

const rnn: StepOf = (_, { weightIh, weightHh, biasIh, biasHh }, [phi]) => (x, h, c) => {
  const u = affine(weightHh, h, biasHh);
  return { h: affine(weightIh, x, biasIh).map((z, j) => phi!(z + u[j]!)), c };
};

const lstm: StepOf = ({ units: H, coupled }, weights, [gate, phi, psi]) => {
  const { weightIh, weightHh, biasIh, biasHh, peephole: p = new Float64Array(3 * H) } = weights;
  return (x, h, c) => {
    const u = affine(weightHh, h, biasHh);
    const z = affine(weightIh, x, biasIh).map((value, j) => value + u[j]!);
    const next = c.map((before, j) => {
      const i = gate!(z[j]! + p[j]! * before);
      const f = coupled ? 1 - i : gate!(z[H + j]! + p[H + j]! * before);
      return f * before + i * phi!(z[2 * H + j]!);
    });
    return { h: next.map((now, j) => gate!(z[3 * H + j]! + p[2 * H + j]! * now) * psi!(now)), c: next };
  };
};

const gru: StepOf = ({ units: H, linearBeforeReset }, { weightIh, weightHh, biasIh, biasHh }, [gate, phi]) => {
  const newRows = Array.from(weightHh).slice(2 * H * H);
  const newBias = biasHh && Array.from(biasHh).slice(2 * H);
  return (x, h, c) => {
    const z = affine(weightIh, x, biasIh);
    const u = affine(weightHh, h, biasHh);
    const r = h.map((_, j) => gate!(z[j]! + u[j]!));
    const recurrent = linearBeforeReset
      ? affine(newRows, h, newBias).map((value, j) => r[j]! * value)
      : affine(newRows, h.map((value, j) => r[j]! * value), newBias);
    return {
      h: h.map((before, j) => {
        const update = gate!(z[H + j]! + u[H + j]!);
        return (1 - update) * phi!(z[2 * H + j]! + recurrent[j]!) + update * before;
      }),
      c,
    };
  };
};

const STEP = { RNN: rnn, LSTM: lstm, GRU: gru };

/** The layer's outputs and final states. */
export function loopForward(layer: Layer): Forward<Float64Array> {
  const { op, timeSteps, batch, inputs, units, weights, input, states, lengths } = layer;
  const D = weights.length;
  const outputs = new Float64Array(timeSteps * batch * D * units);
  const [hidden, cell] = [new Float64Array(D * batch * units), new Float64Array(D * batch * units)];
  const row = (values: ArrayLike<number> | undefined, index: number, width: number): Row =>
    Array.from({ length: width }, (_, j) => values?.[index * width + j] ?? 0);
  weights.forEach((own, d) => {
    const step = STEP[op](layer, own, activationsOf(layer).map((name) => PHI[name]));
    for (let b = 0; b < batch; b++) {
      const length = lengths?.[b] ?? timeSteps;
      let [h, c] = [row(states?.hidden, d * batch + b, units), row(states?.cell, d * batch + b, units)];
      for (let k = 0; k < length; k++) {
        const t = isReverse(layer, d) ? length - 1 - k : k;
        ({ h, c } = step(row(input, t * batch + b, inputs), h, c));
        outputs.set(h, ((t * batch + b) * D + d) * units);
      }
      hidden.set(h, (d * batch + b) * units);
      cell.set(c, (d * batch + b) * units);
    }
  });
  return { outputs, states: { hidden, ...(op === 'LSTM' ? { cell } : {}) } };
}
