import { CELL, type Cell, type CellKind, HIDDEN, plainPhase } from './cell.js';

/**
 * Long short-term memory with a forget gate (Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000):
 *
 *     i = σ(z_i)   f = σ(z_f)   g = tanh(z_g)   o = σ(z_o)      z = W·x + b_ih + R·h_{t−1} + b_hh
 *     c = f·c_{t−1} + i·g       h = o·tanh(c)
 *
 * Gate order as in PyTorch's `nn.LSTM`. Arithmetic: `shaders/cells/lstm.wgsl` and `src/reference/lstm.ts`.
 */
export const lstmCell: Cell = {
  file: 'lstm',
  switches: {},
  gates: ['input', 'forget', 'cell', 'output'],
  lanes: 4,
  input: [0, 1, 2, 3],
  recurrentBias: [0, 1, 2, 3],
  phases: [plainPhase(4, [0, 1, 2, 3])],
  states: [HIDDEN, CELL],
  outputs: [0],
};

export const lstm: CellKind = {
  name: 'lstm',
  summary: 'long short-term memory with a forget gate',
  source: 'Gers et al. 2000',
  equation: 'c = f·c₋₁ + i·g, h = o·tanh c',
  options: [],
  cell: () => lstmCell,
};

export const lstmNoPeepholes: CellKind = {
  ...lstm, name: 'lstm-np', summary: 'no peepholes: the plain lstm', source: 'Greff et al. 2015',
};
