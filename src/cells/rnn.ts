import { type Cell, type CellKind, HIDDEN, plainPhase } from './cell.js';

/**
 * The simple recurrent network (Elman 1990): h = φ(z), z = W·x + b_ih + R·h_{t−1} + b_hh, φ one of tanh, relu, sigmoid
 * and the identity. PyTorch's `nn.RNN` has the first two.
 */
const rnnCell = (activation: string): Cell => ({
  file: 'rnn',
  switches: { ACTIVATION: activation },
  gates: ['hidden'],
  lanes: 1,
  input: [0],
  recurrentBias: [0],
  phases: [plainPhase(1, [0])],
  states: [HIDDEN],
  outputs: [0],
});

const kind = (name: string, activation: string, symbol: string): CellKind => ({
  name,
  summary: `simple recurrent network, ${activation}`,
  source: 'Elman 1990',
  equation: `h = ${symbol}`,
  options: [],
  cell: () => rnnCell(activation),
});

export const rnn = kind('rnn', 'tanh', 'tanh z');
export const rnnRelu = kind('rnn-relu', 'relu', 'max(0, z)');
export const rnnSigmoid = kind('rnn-sigmoid', 'sigmoid', 'σ(z)');
export const rnnIdentity = kind('rnn-identity', 'identity', 'z');
