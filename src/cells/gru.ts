import { type Cell, type CellKind, type CellState, plainPhase } from './cell.js';

const HIDDEN: CellState = { name: 'hidden', carried: true, direct: true };

/**
 * Gated recurrent unit, reset after the product (PyTorch's `nn.GRU`, cuDNN):
 *
 *     r = σ(W_r·x + R_r·h₋₁)   u = σ(W_z·x + R_z·h₋₁)   n = tanh(W_n·x + b_in + r·(R_n·h₋₁ + b_hn))
 *     h = (1 − u)·n + u·h₋₁
 *
 * The two parts of n stay apart: lane 2 is the input's, lane 3 the hidden state's.
 * Arithmetic: `shaders/cells/gru.wgsl` and `src/reference/gru.ts`.
 */
const gruCell: Cell = {
  file: 'gru',
  switches: {},
  gates: ['reset', 'update', 'new', 'hidden part of new'],
  lanes: 4,
  input: [0, 1, 2],
  recurrentBias: [0, 1, 3],
  phases: [plainPhase(4, [0, 1, 3])],
  states: [HIDDEN],
  outputs: [0],
};

/**
 * Gated recurrent unit as first published, reset before the product (Cho et al. 2014, equations 5 to 8):
 *
 *     r = σ(W_r·x + R_r·h₋₁)   u = σ(W_z·x + R_z·h₋₁)   n = tanh(W_n·x + R_n·(r·h₋₁))      h = (1 − u)·n + u·h₋₁
 *
 * (The paper's u is 1 − u here, which is PyTorch's and Keras' sense.) Two products a time step, the second of what the
 * first has made. Arithmetic: `shaders/cells/gru_before.wgsl` and `src/reference/gru-before.ts`.
 */
const gruBeforeCell: Cell = {
  file: 'gru_before',
  switches: {},
  gates: ['reset', 'update', 'new'],
  lanes: 4,
  input: [0, 1, 2],
  recurrentBias: [0, 1, 2],
  phases: [
    { products: [{ name: 'weight_hh', source: 0, blocks: [0, 1] }], first: 0, lanes: 2, slot: 'previous', writes: [1] },
    {
      products: [{ name: 'weight_hn', source: 1, blocks: [0] }], first: 2, lanes: 1, slot: 'current', writes: [0],
      adds: [0],
    },
  ],
  states: [HIDDEN, { name: 'reset_hidden', carried: false, direct: false, masked: true }],
  outputs: [0],
};

export const gru: CellKind = {
  name: 'gru',
  summary: 'gated recurrent unit, reset after the product',
  source: 'Cho et al. 2014; PyTorch, cuDNN',
  equation: 'n = tanh(Wx + r·Rh₋₁), h = (1 − u)·n + u·h₋₁',
  options: [],
  cell: () => gruCell,
};

export const gruBefore: CellKind = {
  name: 'gru-before',
  summary: 'gated recurrent unit, reset before the product',
  source: 'Cho et al. 2014',
  equation: 'n = tanh(Wx + R(r·h₋₁)), h = (1 − u)·n + u·h₋₁',
  options: [],
  cell: () => gruBeforeCell,
};
