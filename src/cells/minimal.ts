import type { Cell, CellKind } from './cell.js';

/**
 * Minimal cells (Feng et al. 2024, "Were RNNs all we needed?", sections 3.1 and 3.2): gates see the input alone, so
 * h_t = a_t·h_{t−1} + b_t, and all times can be had at once by a parallel scan.
 *
 *     min-gru    u = σ(z_u)                                    h = (1 − u)·h₋₁ + u·z_h
 *     min-lstm   f = σ(z_f)   i = σ(z_i)   s = f + i           h = (f/s)·h₋₁ + (i/s)·z_h
 *
 * Arithmetic: `shaders/cells/min_gru.wgsl`, `min_lstm.wgsl` and `src/reference/min-gru.ts`, `min-lstm.ts`.
 */
/** A cell h_t = a_t·h_{t−1} + b_t whose gates see the input alone. */
export const linearCell = (file: string, lanes: 2 | 4, gates: readonly string[]): Cell => ({
  file,
  switches: {},
  gates,
  lanes,
  input: gates.map((_, lane) => lane),
  recurrentBias: [],
  phases: [{ products: [], first: 0, lanes, slot: 'previous' }],
  states: [{ name: 'hidden', carried: true, direct: true }],
  outputs: [0],
  scan: true,
});

const minGruCell = linearCell('min_gru', 2, ['update', 'hidden']);
const minLstmCell = linearCell('min_lstm', 4, ['forget', 'input', 'hidden']);
export const refuses = {
  recurrentDropout: 'it has no recurrent weights whose input could be dropped',
  bothBiases: 'it has no recurrent weights, and so no second bias: use bias "input" or "none"',
};

export const minGru: CellKind = {
  name: 'min-gru',
  summary: 'GRU whose gates see the input alone: a parallel scan over time',
  source: 'Feng et al. 2024',
  equation: 'h = (1 − u)·h₋₁ + u·Wx',
  options: [],
  refuses,
  cell: () => minGruCell,
};

export const minLstm: CellKind = {
  name: 'min-lstm',
  summary: 'LSTM whose gates see the input alone: a parallel scan over time',
  source: 'Feng et al. 2024',
  equation: 'h = f/(f + i)·h₋₁ + i/(f + i)·Wx',
  options: [],
  refuses,
  cell: () => minLstmCell,
};
