import { CELL, type Cell, type CellKind, HIDDEN, plainPhase } from './cell.js';

/**
 * LSTM with a recurrent projection (Sak et al. 2014; PyTorch's `proj_size`): what is fed back and put out is
 *
 *     h = W_hr·(o·tanh(c))       of width `projection`, less than the units
 *
 * Arithmetic: `shaders/cells/lstm_projected.wgsl` and `src/reference/lstm-projected.ts`.
 */
const projectedCell = (projection: number): Cell => ({
  file: 'lstm_projected',
  switches: {},
  gates: ['input', 'forget', 'cell', 'output'],
  lanes: 4,
  input: [0, 1, 2, 3],
  recurrentBias: [0, 1, 2, 3],
  phases: [
    { ...plainPhase(4, [0, 1, 2, 3]), writes: [1, 2] },
    {
      products: [{ name: 'weight_hr', source: 2, blocks: [0] }], first: 0, lanes: 1, slot: 'current', writes: [0],
    },
  ],
  states: [HIDDEN, CELL, { name: 'unprojected', carried: false, direct: false }],
  projection,
  outputs: [0],
});

export const lstmProjected: CellKind = {
  name: 'lstm-projected',
  summary: 'LSTM that feeds back and puts out a narrower projection of its hidden state',
  source: 'Sak et al. 2014',
  equation: 'h = W(o·tanh c)',
  options: ['projection'],
  cell: ({ projection }, { units }) => projectedCell(projection ?? Math.max(1, Math.ceil(units / 2))),
};
