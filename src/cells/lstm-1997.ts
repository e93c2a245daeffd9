import { type Cell, type CellKind, type CellState, type Lanes } from './cell.js';

/**
 * The LSTM of 1997 (Hochreiter & Schmidhuber, "Long short-term memory", section 4 and appendix A.1): no forget gate,
 * and a unit is a memory-cell block, whose `size` cells j share one input gate and one output gate:
 *
 *     i = σ(z_i)   o = σ(z_o)   c_j = c_j,t−1 + i·(4σ(z_j) − 2)   h_j = o·(2σ(c_j) − 1)
 *
 * The hidden layer is fully connected, gates included: z sees all h, i and o of the time before. With `truncated`,
 * error flows back in time through the cells' constant error carousels alone.
 * Arithmetic: `shaders/cells/lstm_1997.wgsl` and `src/reference/lstm-1997.ts`.
 */
function lstm1997Cell(size: number, truncated: boolean): Cell {
  const each = (name: string, direct: boolean): CellState[] =>
    Array.from({ length: size }, (_, j) => ({ name: j === 0 ? name : `${name}${j}`, carried: true, direct }));
  const lanes: Lanes = size <= 2 ? 4 : 8;
  const blocks = Array.from({ length: size + 2 }, (_, lane) => lane);
  const states: CellState[] = [
    ...each('hidden', false),
    { name: 'input_gate', carried: true, direct: false },
    { name: 'output_gate', carried: true, direct: false },
    ...each('cell', true),
  ];
  return {
    file: 'lstm_1997',
    switches: { SIZE: size },
    gates: ['input', 'output', ...each('cell', true).map(({ name }) => name)],
    lanes,
    input: blocks,
    gateBias: [0, 1],
    recurrentBias: blocks,
    phases: [{
      products: states.slice(0, size + 2).map(({ name }, source) => ({
        name: name === 'hidden' ? 'weight_hh' : `weight_${name}`, source, blocks,
      })),
      first: 0, lanes, slot: 'previous',
    }],
    states,
    outputs: Array.from({ length: size }, (_, j) => j),
    truncated,
  };
}

export const lstm1997: CellKind = {
  name: 'lstm-1997',
  summary: 'memory-cell blocks without forget gate; the hidden layer is fully connected, gates included',
  source: 'Hochreiter & Schmidhuber 1997',
  equation: 'c = c₋₁ + i·g(z), h = o·h(c)',
  options: ['size', 'truncated'],
  refuses: {
    zoneout: 'its gates are part of the hidden state, and zoneout says nothing of those',
    recurrentDropout: 'its gates are part of the hidden state, and the mask is of h alone',
    bothBiases: 'the paper has one bias a unit: use bias "input", "gates" (of gates alone) or "none"',
  },
  cell: ({ size = 1, truncated = false }) => lstm1997Cell(size, truncated),
};
