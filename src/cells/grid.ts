import { CELL, type Cell, type CellKind, HIDDEN } from './cell.js';

/**
 * Grid LSTM over depth and time (Kalchbrenner et al. 2015, section 3.2): two LSTM transforms see the same two hidden
 * states, the depth's (from the layer below, x) and the time's, and each moves the cell state of its own dimension:
 *
 *     (h, c) = LSTM_time(x, h₋₁; c₋₁)     (h↑, c↑) = LSTM_depth(x, h₋₁; c⁻)
 *
 * h↑ is the output; c⁻ is the depth cell of the layer below, zero under the first. Weights of layers are their own.
 * Gates: the time's i, f, g, o, then the depth's. Arithmetic: `shaders/cells/grid.wgsl`, `src/reference/grid.ts`.
 */
const gridCell = (reads: boolean): Cell => ({
  file: 'grid',
  switches: {},
  gates: ['input', 'forget', 'cell', 'output', 'depth input', 'depth forget', 'depth cell', 'depth output'],
  lanes: 8,
  input: [0, 1, 2, 3, 4, 5, 6, 7],
  recurrentBias: [0, 1, 2, 3, 4, 5, 6, 7],
  phases: [{
    products: [{ name: 'weight_hh', source: 0, blocks: [0, 1, 2, 3, 4, 5, 6, 7] }],
    first: 0, lanes: 8, slot: 'previous',
  }],
  states: [
    HIDDEN, CELL,
    { name: 'depth_hidden', carried: false, direct: false },
    { name: 'depth_cell', carried: false, direct: false },
  ],
  below: { reads, state: 3 },
  outputs: [2],
});

const [first, others] = [gridCell(false), gridCell(true)];

export const grid: CellKind = {
  name: 'grid',
  summary: 'an LSTM along time and an LSTM along depth, crossed',
  source: 'Kalchbrenner et al. 2015',
  equation: '(h, c) = LSTM_t(x, h₋₁; c₋₁), (h↑, c↑) = LSTM_d(x, h₋₁; c⁻)',
  options: [],
  cell: (_, { layer }) => (layer === 0 ? first : others),
};
