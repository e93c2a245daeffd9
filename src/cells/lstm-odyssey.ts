import {
  CELL, type Cell, type CellKind, type CellOptions, HIDDEN, PEEPHOLE_GATES, type PeepholeGate, type RecurrentProduct,
} from './cell.js';

/**
 * The LSTM with peepholes and its eight variants (Greff et al. 2015, "LSTM: a search space odyssey"):
 *
 *     i = σ(z_i + p_i·c_{t−1})   f = σ(z_f + p_f·c_{t−1})   g = tanh(z_g)   o = σ(z_o + p_o·c)
 *     c = f·c_{t−1} + i·g        h = o·tanh(c)
 *
 * NIG i = 1 · NFG f = 1 · NOG o = 1 · NIAF g = z_g · NOAF h = o·c · CIFG f = 1 − i · NP no peepholes, the plain LSTM ·
 * FGR: i, f and o of the time before also feed all three gates, by nine more matrices.
 * A gate that is missing has no weights. Arithmetic: `shaders/cells/lstm_odyssey.wgsl`,
 * `src/reference/lstm-odyssey.ts`.
 */
interface Variant {
  readonly name: string;
  readonly summary: string;
  readonly equation: string;
  /** Gates without weights. */
  readonly without?: PeepholeGate;
  readonly switches?: Partial<typeof PLAIN>;
}

const PLAIN = {
  INPUT_GATE: true, FORGET_GATE: true, OUTPUT_GATE: true, COUPLED: false, INPUT_TANH: true, OUTPUT_TANH: true,
  RECURRENT_GATES: false,
};
const LANE = { input: 0, forget: 1, output: 3 } as const;

function odysseyCell({ without, switches }: Variant, { peepholes = PEEPHOLE_GATES }: CellOptions): Cell {
  const lanes = [0, 1, 2, 3].filter((lane) => without === undefined || lane !== LANE[without]);
  const seeing = PEEPHOLE_GATES.filter((gate) => gate !== without && peepholes.includes(gate));
  const hidden: RecurrentProduct = { name: 'weight_hh', source: 0, blocks: lanes };
  const all = { ...PLAIN, ...switches };
  const gateStates = all.RECURRENT_GATES ? PEEPHOLE_GATES : [];
  const fromGates = gateStates.map((gate, s): RecurrentProduct =>
    ({ name: `weight_${gate}_gate`, source: 2 + s, blocks: PEEPHOLE_GATES.map((to) => LANE[to]) }));
  return {
    file: 'lstm_odyssey',
    switches: { ...all, PEEPHOLES: seeing.length > 0 },
    gates: ['input', 'forget', 'cell', 'output'],
    lanes: 4,
    input: lanes,
    recurrentBias: lanes,
    phases: [{ products: [hidden, ...fromGates], first: 0, lanes: 4, slot: 'previous' }],
    states: [HIDDEN, CELL, ...gateStates.map((gate) => ({ name: `${gate}_gate`, carried: true, direct: false }))],
    outputs: [0],
    ...(seeing.length > 0
      ? { own: { name: 'peephole', lanes: 4, blocks: seeing.map((gate) => LANE[gate]) } as const }
      : {}),
  };
}

const kind = (variant: Variant): CellKind => ({
  name: variant.name,
  summary: variant.summary,
  source: variant.name === 'lstm-peephole' ? 'Gers & Schmidhuber 2000' : 'Greff et al. 2015',
  equation: variant.equation,
  options: ['peepholes'],
  cell: (options) => odysseyCell(variant, options),
});

export const odyssey: readonly CellKind[] = ([
  {
    name: 'lstm-peephole', summary: 'LSTM whose gates see the cell state',
    equation: 'i = σ(z + p·c₋₁), …, o = σ(z + p·c)',
  },
  { name: 'lstm-nig', summary: 'no input gate', equation: 'i = 1', without: 'input', switches: { INPUT_GATE: false } },
  {
    name: 'lstm-nfg', summary: 'no forget gate', equation: 'f = 1', without: 'forget',
    switches: { FORGET_GATE: false },
  },
  {
    name: 'lstm-nog', summary: 'no output gate', equation: 'o = 1', without: 'output',
    switches: { OUTPUT_GATE: false },
  },
  { name: 'lstm-niaf', summary: 'no input activation', equation: 'g = z', switches: { INPUT_TANH: false } },
  { name: 'lstm-noaf', summary: 'no output activation', equation: 'h = o·c', switches: { OUTPUT_TANH: false } },
  {
    name: 'lstm-cifg', summary: 'coupled input and forget gate', equation: 'f = 1 − i', without: 'forget',
    switches: { COUPLED: true },
  },
  {
    name: 'lstm-fgr', summary: 'full gate recurrence', equation: 'z += R·(i, f, o)₋₁',
    switches: { RECURRENT_GATES: true },
  },
] satisfies readonly Variant[]).map(kind);
