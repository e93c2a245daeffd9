/**
 * What a recurrent cell is, as data. Its arithmetic stands in `shaders/cells/<file>.wgsl` (GPU) and, with hyphens, in
 * `src/reference/<file>.ts` (float64); this record tells the rest of Latch how to store, carry and name it.
 */
export interface Cell {
  /** Name of its files: `lstm` for `shaders/cells/lstm.wgsl` and `src/reference/lstm.ts`. */
  readonly file: string;
  /** What its shader is told by `#if ${NAME}` and `${NAME}`; its reference reads the same record. */
  readonly switches: Readonly<Record<string, boolean | number | string>>;
  /** Names of the gate lanes of one unit, in order. */
  readonly gates: readonly string[];
  /** Lanes of one unit's gate vector on the GPU: 4 is one `vec4f` load. At least `gates.length`. */
  readonly lanes: Lanes;
  /** Lane of each row block of `weight_ih` and `bias_ih`, in PyTorch's order. */
  readonly input: readonly number[];
  /** Row blocks that `bias_ih` has where its bias is said to be of the gates alone; all of `input` else. */
  readonly gateBias?: readonly number[];
  /** Lane of each row block of `bias_hh`. */
  readonly recurrentBias: readonly number[];
  /** What a time step does, one after the other; each may multiply by recurrent weights first. */
  readonly phases: readonly Phase[];
  /** Values of a unit that outlive the time step, the carried ones first. */
  readonly states: readonly CellState[];
  /** Vectors of trained values a unit of its own, e.g. peepholes. */
  readonly own?: OwnParameters;
  /** State of the layer below, at the same time, that the cell reads, and the own state that the layer above reads. */
  readonly below?: { readonly reads: boolean; readonly state: number };
  /** Width of the projected hidden state (Sak 2014); absent: none. */
  readonly projection?: number;
  /** The input product is normalised over its row before the bias is added, with a trained gain. */
  readonly normed?: boolean;
  /** The states that are the layer's output, by number: one but for the memory-cell blocks of 1997. */
  readonly outputs: readonly number[];
  /** No gradient flows from the gates to the last hidden state (Hochreiter & Schmidhuber 1997, appendix A.1). */
  readonly truncated?: boolean;
  /** It asks for the time since the start of the sequence. */
  readonly clock?: boolean;
  /** The cell is h_t = a_t·h_{t−1} + b_t with a and b from the input alone: time can be scanned in parallel. */
  readonly scan?: boolean;
}

export type Lanes = 1 | 2 | 4 | 8;

/** A part of a time step: z[first … first + lanes − 1] += Σ source·weights, then the cell's arithmetic. */
export interface Phase {
  /** Recurrent matrices, all into the same lanes; none: arithmetic alone. */
  readonly products: readonly RecurrentProduct[];
  readonly first: number;
  readonly lanes: Lanes;
  /** Sources at the time before, or those that an earlier phase of this time has written. */
  readonly slot: 'previous' | 'current';
  /** States that it writes; absent: all. */
  readonly writes?: readonly number[];
  /** States to whose gradient at the time before it adds, when an earlier phase back has begun it. */
  readonly adds?: readonly number[];
}

/** A trained matrix from one state to gates. */
export interface RecurrentProduct {
  /** PyTorch's name without its layer: `weight_hh`. */
  readonly name: string;
  /** Index of the state that is multiplied. */
  readonly source: number;
  /** Lane (from the phase's first on) of each row block of the parameter. */
  readonly blocks: readonly number[];
  /** Module of a unit decides what it hears: entries from faster to slower modules do not exist (Koutník 2014). */
  readonly modules?: number;
}

export interface CellState {
  readonly name: string;
  /** Goes from one time step to the next; else it is only written for others to read at the same time. */
  readonly carried: boolean;
  /** ∂L/∂state reaches the time before by another way than the recurrent weights. */
  readonly direct: boolean;
  /** It stands for the hidden state in a product, so recurrent dropout masks it as well. */
  readonly masked?: boolean;
}

/** One tensor [blocks·H] of values a unit. */
export interface OwnParameters {
  readonly name: string;
  readonly lanes: 4 | 8;
  readonly blocks: readonly number[];
  /** Start of each block; absent: as the layer's weights. */
  readonly initial?: readonly number[];
}

/** Options that only some cells know. */
export interface CellOptions {
  /** `lstm-peephole`: gates that see the cell state (Gers & Schmidhuber 2000; some of them: Colah 2015). */
  readonly peepholes?: readonly PeepholeGate[];
  /** `lstm-1997`: memory cells that share a block's gates, 1 to 6. */
  readonly size?: number;
  /** `lstm-1997`: the paper's gradient, which flows back in time through the cells alone. */
  readonly truncated?: boolean;
  /** `clockwork`: modules; module g moves when t mod 2^(g−1) = 0. */
  readonly modules?: number;
  /** `lstm-projected`: width of the projected hidden state. */
  readonly projection?: number;
}

export const PEEPHOLE_GATES = ['input', 'forget', 'output'] as const;
export type PeepholeGate = (typeof PEEPHOLE_GATES)[number];

/** A cell by name: what the catalogue lists, and how options make it a {@link Cell}. */
export interface CellKind {
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  readonly source: string;
  readonly equation: string;
  /** The options that it knows. */
  readonly options: readonly (keyof CellOptions)[];
  /** Why it cannot be combined with what is named, e.g. `zoneout`. */
  readonly refuses?: Readonly<Partial<Record<'zoneout' | 'recurrentDropout' | 'bothBiases', string>>>;
  /** The cell of stacked layer `layer`, of `units` units. */
  cell(options: CellOptions, place: { readonly layer: number; readonly units: number }): Cell;
}

/** One matrix from the hidden state to all gates, nothing else: most cells. */
export function plainPhase(lanes: Lanes, blocks: readonly number[]): Phase {
  return { products: [{ name: 'weight_hh', source: 0, blocks }], first: 0, lanes, slot: 'previous' };
}

export const HIDDEN: CellState = { name: 'hidden', carried: true, direct: false };
export const CELL: CellState = { name: 'cell', carried: true, direct: true };
