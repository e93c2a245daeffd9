import { CELL, type Cell, type CellKind, HIDDEN, plainPhase } from './cell.js';
import { lstmCell } from './lstm.js';

/**
 * Depth-gated LSTM (Yao et al. 2015, equations 7 to 9): from the second layer on a gate d lets the cell state of the
 * layer below, c⁻, into the layer's own; the first layer is an LSTM.
 *
 *     d = σ(W_d·x + p₁·c₋₁ + p₂·c⁻ + b)     c = d·c⁻ + f·c₋₁ + i·g
 *
 * Arithmetic: `shaders/cells/depth_gated.wgsl` and `src/reference/depth-gated.ts`.
 */
const depthGatedCell: Cell = {
  file: 'depth_gated',
  switches: {},
  gates: ['input', 'forget', 'cell', 'output', 'depth'],
  lanes: 8,
  input: [0, 1, 2, 3, 4],
  recurrentBias: [0, 1, 2, 3],
  phases: [plainPhase(4, [0, 1, 2, 3])],
  states: [HIDDEN, CELL],
  own: { name: 'depth_peephole', lanes: 4, blocks: [0, 1] },
  below: { reads: true, state: 1 },
  outputs: [0],
};

const firstLayer: Cell = { ...lstmCell, below: { reads: false, state: 1 } };

export const depthGated: CellKind = {
  name: 'depth-gated',
  summary: 'LSTM layers joined by a gate from cell state to cell state',
  source: 'Yao et al. 2015',
  equation: 'c = d·c⁻ + f·c₋₁ + i·g',
  options: [],
  cell: (_, { layer }) => (layer === 0 ? firstLayer : depthGatedCell),
};
