import { CELL, type Cell, type CellKind, HIDDEN, plainPhase } from './cell.js';

/**
 * Layer-normalised LSTM (Ba, Kiros & Hinton 2016, equations 20 to 22). LN(v; γ) = γ·(v − mean)/√(variance + 10⁻⁵), over
 * all 4·H gates of a row, or all H cells:
 *
 *     z = LN(W·x; γ_ih) + LN(R·h₋₁; γ_hh) + b_ih + b_hh
 *     c = f·c₋₁ + i·g        h = o·tanh(LN(c; γ_c) + β_c)
 *
 * The paper's β₁, β₂ and b only ever appear as their sum: here b_ih + b_hh. `norm` holds γ_hh, γ_c and β_c, `gain_ih`
 * γ_ih. Arithmetic: `shaders/cells/lstm_normed.wgsl` and `src/reference/lstm-normed.ts`.
 */
const normedCell: Cell = {
  file: 'lstm_normed',
  switches: {},
  gates: ['input', 'forget', 'cell', 'output'],
  lanes: 4,
  input: [0, 1, 2, 3],
  recurrentBias: [0, 1, 2, 3],
  phases: [
    { ...plainPhase(4, [0, 1, 2, 3]), writes: [] },
    { products: [], first: 0, lanes: 4, slot: 'current', writes: [1, 2] },
    { products: [], first: 0, lanes: 4, slot: 'current', writes: [0] },
  ],
  states: [HIDDEN, CELL, { name: 'candidate', carried: false, direct: false }],
  own: { name: 'norm', lanes: 8, blocks: [0, 1, 2, 3, 4, 5], initial: [1, 1, 1, 1, 1, 0] },
  normed: true,
  outputs: [0],
};

export const lstmNormed: CellKind = {
  name: 'lstm-layer-norm',
  summary: 'LSTM with layer normalisation of both products and of the cell',
  source: 'Ba et al. 2016',
  equation: 'z = LN(Wx) + LN(Rh₋₁) + b, h = o·tanh LN(c)',
  options: [],
  cell: () => normedCell,
};
