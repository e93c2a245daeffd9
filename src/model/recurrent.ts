import { type Cell, type CellKind, type CellOptions, PEEPHOLE_GATES, type PeepholeGate } from '../cells/cell.js';
import { cellNamed } from '../cells/index.js';
import { knownCell, makeKnown } from '../cells/known.js';
import { checkFlag, checkInteger, checkKeys, checkNumber, checkOneOf, show } from './check.js';
import { INITIAL_SCHEMES, type InitialScheme, type Role, schemeInitial } from './initial-schemes.js';
import type { GatesArrangement, ParameterShape } from './layout.js';

export { INITIAL_SCHEMES, type InitialScheme } from './initial-schemes.js';

/** Stacked recurrent layers as data: what the GPU's layers and the reference both read. JSON-safe. */
export interface RecurrentDescription {
  readonly kind: 'recurrent';
  /** Its name in the catalogue, `cells`. */
  readonly cell: string;
  readonly units: number;
  readonly layers: number;
  /** A second set of layers reads the sequence from its end; outputs stand side by side (Schuster & Paliwal 1997). */
  readonly bidirectional: boolean;
  /** Share of outputs dropped between layers (not after the last), as in PyTorch. */
  readonly dropout: number;
  /** Share of h_{t−1} dropped before the recurrent weights, the same mask at all times (Gal & Ghahramani 2016). */
  readonly recurrentDropout: number;
  /** Chance of a state to stay as it was for a time step; its mean where nothing is trained (Krueger et al. 2017). */
  readonly zoneout: Zoneout;
  readonly bias: Bias;
  readonly initial: InitialScheme;
  /** What the forget gate's biases sum to at the start; absent: what `initial` says. */
  readonly forgetBias?: number;
  /** What only this cell knows. */
  readonly options: CellOptions;
}

export interface Zoneout { readonly hidden: number; readonly cell: number }

/**
 * `both`: b_ih and b_hh as PyTorch; `input`: b_ih alone as Keras; `gates`: b_ih of the gates alone (some nets of
 * Hochreiter & Schmidhuber 1997); `none`.
 */
export type Bias = 'both' | 'input' | 'gates' | 'none';
const BIASES: readonly Bias[] = ['both', 'input', 'gates', 'none'];

/** As in {@link RecurrentDescription}; what is left out is off, or as in PyTorch. */
export interface RecurrentOptions extends CellOptions {
  readonly layers?: number;
  readonly bidirectional?: boolean;
  readonly dropout?: number;
  readonly recurrentDropout?: number;
  /** One rate for hidden and cell state, or each its own. */
  readonly zoneout?: number | Partial<Zoneout>;
  readonly bias?: Bias;
  readonly initial?: InitialScheme;
  readonly forgetBias?: number;
}

/** What each of the options that only some cells have says, and those cells. */
const CELL_OPTIONS: Readonly<Record<keyof CellOptions, readonly [what: string, owners: string]>> = {
  peepholes: [
    'the gates that see the cell state',
    'lstm-peephole, lstm-nig, lstm-nfg, lstm-nog, lstm-niaf, lstm-noaf, lstm-cifg, lstm-fgr',
  ],
  size: ['the memory cells that share a block\'s gates', 'lstm-1997'],
  truncated: ['a gradient that flows back in time through constant error carousels alone', 'lstm-1997'],
  modules: ['the groups of units, each with a period of its own', 'clockwork'],
  projection: ['the width of the projected hidden state', 'lstm-projected'],
};
export const CELL_OPTION_NAMES = Object.keys(CELL_OPTIONS) as (keyof CellOptions)[];

const OPTION_NAMES: readonly (keyof RecurrentOptions)[] = [
  'layers', 'bidirectional', 'dropout', 'recurrentDropout', 'zoneout', 'bias', 'initial', 'forgetBias',
  ...CELL_OPTION_NAMES,
];

/** Whether `name` is an option of recurrent layers. */
export const isRecurrentOption = (name: string): name is keyof RecurrentOptions =>
  (OPTION_NAMES as readonly string[]).includes(name);

/**
 * Stacked layers of the cell called `cell` (a name of `cells`), [T, B, I] → [T, B, units] (× 2 where bidirectional;
 * × size for lstm-1997; `projection` for lstm-projected).
 * @throws RangeError where an option is out of range, or the cell cannot have it; the message says why
 */
export const recurrent = (cell: string, units: number, options: RecurrentOptions = {}): RecurrentDescription =>
  recurrentOf(cellNamed(cell), units, options);

/** {@link recurrent} of a cell that the caller has, without the catalogue. */
export function recurrentOf(kind: CellKind, units: number, options: RecurrentOptions = {}): RecurrentDescription {
  const cell = makeKnown(kind).name;
  checkKeys(cell, options, OPTION_NAMES);
  const both = kind.refuses?.bothBiases;
  const {
    layers = 1, bidirectional = false, dropout = 0, recurrentDropout = 0, zoneout = 0, bias = both ? 'input' : 'both',
    initial = 'pytorch', forgetBias,
  } = options;
  const description: RecurrentDescription = {
    kind: 'recurrent',
    cell,
    units: checkInteger(`${cell} units`, units, 1),
    layers: checkInteger(`${cell} layers`, layers, 1, 64),
    bidirectional: checkFlag(`${cell} bidirectional`, bidirectional),
    dropout: checkShare(`${cell} dropout`, dropout),
    recurrentDropout: checkShare(`${cell} recurrentDropout`, recurrentDropout),
    zoneout: checkZoneout(kind, zoneout),
    bias: checkOneOf(`${cell} bias`, bias, BIASES),
    initial: checkOneOf(`${cell} initial`, initial, INITIAL_SCHEMES),
    ...(forgetBias === undefined ? {} : {
      forgetBias: checkNumber(`${cell} forgetBias`, forgetBias, { min: -100, max: 100 }),
    }),
    options: checkCellOptions(kind, units, options),
  };
  refuseCombinations(kind, description);
  return description;
}

const checkShare = (name: string, value: unknown): number => checkNumber(name, value, { min: 0, max: 1, below: true });

const hasCellState = ({ states }: Cell): boolean => states.some(({ name }) => name === 'cell');

function checkZoneout(kind: CellKind, zoneout: unknown): Zoneout {
  const { name } = kind;
  if (typeof zoneout === 'number') {
    const rate = checkShare(`${name} zoneout`, zoneout);
    // One rate for both is the hidden state's where there is no other.
    return { hidden: rate, cell: hasCellState(kind.cell({}, { layer: 0, units: 2 })) ? rate : 0 };
  }
  const known = typeof zoneout === 'object' && zoneout !== null && !Array.isArray(zoneout) &&
    Object.keys(zoneout).every((key) => key === 'hidden' || key === 'cell');
  if (!known) throw new RangeError(`${name} zoneout is ${show(zoneout)}: give a number, or { hidden, cell }`);
  const { hidden = 0, cell = 0 } = zoneout as Partial<Zoneout>;
  return {
    hidden: checkShare(`${name} zoneout of the hidden state`, hidden),
    cell: checkShare(`${name} zoneout of the cell state`, cell),
  };
}

function checkCellOptions(kind: CellKind, units: number, given: RecurrentOptions): CellOptions {
  const { name } = kind;
  for (const option of CELL_OPTION_NAMES) {
    if (given[option] === undefined || kind.options.includes(option)) continue;
    const [what, owners] = CELL_OPTIONS[option];
    throw new RangeError(`${name} has no option ${option}, ${what}: use it with ${owners}`);
  }
  const { peepholes, size, truncated, modules, projection } = given;
  return {
    ...(peepholes === undefined ? {} : { peepholes: checkPeepholes(kind, units, peepholes) }),
    ...(size === undefined ? {} : { size: checkInteger(`${name} size`, size, 1, 6) }),
    ...(truncated === undefined ? {} : { truncated: checkFlag(`${name} truncated`, truncated) }),
    ...(modules === undefined ? {} : { modules: checkInteger(`${name} modules`, modules, 1, Math.min(units, 24)) }),
    ...(projection === undefined ? {} : {
      projection: checkInteger(`${name} projection`, projection, 1, Math.max(1, units - 1)),
    }),
  };
}

/** Each gate once, in the order of the cell. */
function checkPeepholes(kind: CellKind, units: number, peepholes: unknown): readonly PeepholeGate[] {
  const { name } = kind;
  if (!Array.isArray(peepholes)) {
    throw new RangeError(`${name} peepholes is ${show(peepholes)}: give a list of ${PEEPHOLE_GATES.join(', ')}`);
  }
  for (const gate of peepholes) {
    checkOneOf(`${name} peepholes`, gate, PEEPHOLE_GATES);
    if (!kind.cell({ peepholes: [gate] }, { layer: 0, units }).own) {
      throw new RangeError(`${name} cannot have a peephole into the ${gate} gate: it has no such gate with weights`);
    }
  }
  return PEEPHOLE_GATES.filter((gate) => peepholes.includes(gate));
}

function refuseCombinations(kind: CellKind, description: RecurrentDescription): void {
  const { name, refuses = {} } = kind;
  const { zoneout, recurrentDropout, bias, initial, forgetBias, units } = description;
  const cell = cellOf(description, 0);
  const refuse = (what: string, why: string): never => {
    throw new RangeError(`${name} cannot have ${what}: ${why}`);
  };
  if (refuses.zoneout && zoneout.hidden + zoneout.cell > 0) refuse('zoneout', refuses.zoneout);
  if (refuses.recurrentDropout && recurrentDropout > 0) refuse('recurrentDropout', refuses.recurrentDropout);
  if (refuses.bothBiases && bias === 'both') refuse('bias "both"', refuses.bothBiases);
  if (bias === 'gates' && !cell.gateBias) {
    refuse('bias "gates"', 'biases of the gates alone are of lstm-1997; use "both", "input" or "none"');
  }
  if (zoneout.cell > 0 && !hasCellState(cell)) {
    refuse('zoneout of the cell state', 'it has no cell state; give zoneout { hidden }');
  }
  if (forgetBias !== undefined && forgetLane(cell) === undefined) {
    refuse('forgetBias', 'it has no forget gate with a bias');
  }
  if (forgetBias !== undefined && bias === 'none') {
    refuse('forgetBias', 'bias is "none"; use bias "both" or "input"');
  }
  if (cell.projection !== undefined && cell.projection >= units) {
    refuse(`${units} units`, 'its projection must be narrower, give at least 2');
  }
  if (cell.projection !== undefined && initial === 'pascanu-smart') {
    refuse('initial "pascanu-smart"', 'it scales square matrices to a spectral radius, and a projection makes ' +
      'recurrent weights that are not square');
  }
}

/** The cell of stacked layer `layer`. */
export const cellOf = ({ cell, options, units }: RecurrentDescription, layer: number): Cell =>
  knownCell(cell).cell(options, { layer, units });

export const directionsOf = ({ bidirectional }: RecurrentDescription): 1 | 2 => (bidirectional ? 2 : 1);

/** Width of one direction's output. */
export function directionWidth(description: RecurrentDescription): number {
  const { projection, outputs } = cellOf(description, 0);
  return projection ?? outputs.length * description.units;
}

/** Width of the output of every layer: of both directions side by side. */
export const recurrentWidth = (description: RecurrentDescription): number =>
  directionsOf(description) * directionWidth(description);

/** `_l0`, `_l1_reverse`: PyTorch's end of a name. */
export const layerSuffix = (layer: number, direction: number): string =>
  `_l${layer}${direction === 1 ? '_reverse' : ''}`;

/** Lane of the forget gate where it has a bias. */
function forgetLane({ gates, input }: Cell): number | undefined {
  const lane = gates.indexOf('forget');
  return input.includes(lane) ? lane : undefined;
}

/** Parameters of all layers and directions in PyTorch's order; names without the model's index. */
export function recurrentParameters(description: RecurrentDescription, inputs: number): ParameterShape[] {
  const { layers } = description;
  return Array.from({ length: layers }, (_, layer) => {
    const width = layer === 0 ? inputs : recurrentWidth(description);
    return Array.from({ length: directionsOf(description) }, (_, direction) =>
      layerParameters(description, cellOf(description, layer), width)
        .map((shape) => ({ ...shape, name: shape.name + layerSuffix(layer, direction) }))).flat();
  }).flat();
}

function layerParameters(description: RecurrentDescription, cell: Cell, width: number): ParameterShape[] {
  const { units, bias, initial, forgetBias } = description;
  const arrangement = (lanes: number, blocks: readonly number[], of = units, modules?: number): GatesArrangement =>
    ({ kind: 'gates', units: of, lanes, blocks, ...(modules === undefined ? {} : { modules }) });
  const shape = (
    name: string, role: Role, gates: GatesArrangement, columns: readonly number[], rest: Partial<ParameterShape> = {},
  ): ParameterShape => ({
    name, shape: [gates.blocks.length * gates.units, ...columns], arrangement: gates,
    initial: schemeInitial(initial, role, units, gates, columns[0] ?? 0), ...rest,
  });
  const products = (phase: number): ParameterShape[] => (cell.phases[phase]?.products ?? []).map((product) => {
    const projects = phase > 0 && cell.projection !== undefined;
    const gates = arrangement(
      cell.phases[phase]!.lanes, product.blocks, projects ? cell.projection : units, product.modules,
    );
    return shape(product.name, 'recurrent', gates, [projects ? units : cell.projection ?? units]);
  });
  const gateBias = bias === 'gates' ? cell.gateBias! : cell.input;
  const forget = forgetLane(cell);
  // The forget gate's biases add up to forgetBias: the first holds it, the second is zero.
  const fixed = (blocks: readonly number[], value: number): Partial<ParameterShape> =>
    (forgetBias === undefined || forget === undefined ? {} : { fixed: { [blocks.indexOf(forget)]: value } });
  const second = bias === 'both' && cell.recurrentBias.length > 0;
  return [
    shape('weight_ih', 'input', arrangement(cell.lanes, cell.input), [width]),
    ...products(0),
    ...(bias === 'none' ? [] : [
      shape('bias_ih', 'bias', arrangement(cell.lanes, gateBias), [], fixed(gateBias, forgetBias ?? 0)),
    ]),
    ...(second ? [
      shape('bias_hh', 'bias', arrangement(cell.lanes, cell.recurrentBias), [], fixed(cell.recurrentBias, 0)),
    ] : []),
    ...cell.phases.slice(1).flatMap((_, p) => products(p + 1)),
    ...(cell.own ? [
      shape(cell.own.name, 'own', arrangement(cell.own.lanes, cell.own.blocks), [], cell.own.initial
        ? { initial: { kind: 'constant', blocks: cell.own.initial } } : {}),
    ] : []),
    ...(cell.normed ? [
      shape('gain_ih', 'own', arrangement(cell.lanes, cell.input), [], {
        initial: { kind: 'constant', blocks: cell.input.map(() => 1) },
      }),
    ] : []),
  ];
}
