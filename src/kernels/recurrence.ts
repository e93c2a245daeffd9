import type { Cell, Phase } from '../cells/index.js';
import { pad4, pad64 } from '../model/layout.js';
import { carriedStates } from '../model/states.js';
import { dropoutThreshold } from '../random/philox.js';
import { keyTag, stream } from '../random/streams.js';
import { type Held, holdDefines } from './held.js';
import { type Access, ceilDiv, type Defines, fittingWidth, type Kernel, literal } from './kernel.js';

/**
 * How a cell is carried through time: a dispatch a time step; one dispatch for all of them; where gates see the input
 * alone, a parallel scan; or, for stacked layers, a dispatch for layer l at time t beside layer l + 1 at time t − 1.
 */
export const DRIVERS = ['step', 'sequence', 'scan', 'wavefront'] as const;
export type Driver = (typeof DRIVERS)[number];

/** What one thread owns: `rows` batch rows of one unit, or of four neighbouring units (`quad`). */
export interface RecurrenceTile {
  readonly rows: number;
  readonly quad: boolean;
  /** Threads of a workgroup. */
  readonly width: number;
  /** Threads of a subgroup, which then share their rows, and the loads of what those rows multiply. */
  readonly subgroup?: number;
  /** Driver `sequence` holds the recurrent weights in workgroup memory, as float32 or float16. */
  readonly held?: Held;
  /** Stretches of time that a scan takes side by side; 1 where absent. */
  readonly chunks?: number;
}

/** A recurrent layer's pass over time in one direction, one a trial. Strides (one trial to the next) are in floats. */
export interface RecurrenceShape {
  readonly cell: Cell;
  readonly timeSteps: number;
  readonly batch: number;
  readonly units: number;
  readonly trials: number;
  /** Stride of the flat parameters, in which the recurrent weights lie. */
  readonly strideParameters: number;
  readonly tile: RecurrenceTile;
  /** Immediates carry the time index; else a uniform does. */
  readonly immediates: boolean;
  /** From the end of the sequence to its beginning. */
  readonly reverse: boolean;
  /** Histories: floats from one state's to the next; where the layer's own begin in the binding, and the one below. */
  readonly histories: { readonly stride: number; readonly own: number; readonly below: number };
  /** Rows have lengths of their own. */
  readonly ragged: boolean;
  readonly masks: Masks;
  /** Layers that advance together; absent: the one that all else is about, else the first of them. */
  readonly stack?: Stack;
}

/**
 * Stacked layers that a wavefront advances in one dispatch: they lie at equal distances in every array, in floats. Of
 * their parameters, `weight_ih` lies right before `weight_hh`.
 */
export interface Stack {
  readonly layers: number;
  readonly histories: number;
  readonly parameters: number;
  /** Size of a `weight_ih` above the first layer's. */
  readonly input: number;
  /** Where bias vectors lie from `weight_hh` on. */
  readonly biases: readonly number[];
}

/** What is drawn at random inside the recurrence; `layer` tells masks apart. */
export interface Masks {
  readonly layer: number;
  readonly recurrentDropout: number;
  readonly zoneout: { readonly hidden: number; readonly cell: number };
  /** Masks are drawn; else nothing drops and zoneout is its mean. */
  readonly training: boolean;
}

/**
 * Floats of all trials' gates; where products wait for their norm, those begin here, and their gradients at twice that.
 */
export const gatesSize = ({ cell, timeSteps, batch, units, trials }: RecurrenceShape): number =>
  pad64(trials * timeSteps * batch * pad4(units * cell.lanes));

/** Floats of one unit's own values. */
export const ownLanes = ({ own }: Cell): number => own?.lanes ?? 0;

/** Histories of a layer: its states, and the dropped hidden state where there is one. */
export const historyCount = ({ cell, masks }: Pick<RecurrenceShape, 'cell' | 'masks'>): number =>
  cell.states.length + Number(drops(masks));

/** Whether the recurrent weights see a masked hidden state. */
export const drops = ({ recurrentDropout, training }: Masks): boolean => training && recurrentDropout > 0;
const zones = ({ zoneout }: Masks): boolean => zoneout.hidden + zoneout.cell > 0;
/** Whether any mask is drawn. */
const draws = (masks: Masks): boolean => drops(masks) || (masks.training && zones(masks));

/** Weights lie as vec4f of whole units: fewer than four lanes of a unit ask for four units. */
function quads({ cell, tile }: RecurrenceShape): boolean {
  return tile.quad || cell.lanes < 4 || cell.phases.some(({ lanes, products }) => products.length > 0 && lanes < 4);
}

/** The cut of the work: a thread's rows and units. Many lanes are many registers, so rows are fewer then. */
export function block(shape: RecurrenceShape): { rows: number; units: number; quad: boolean } {
  const { tile, batch, cell } = shape;
  const rows = cell.lanes > 4 ? Math.ceil(tile.rows / 2) : tile.rows;
  const quad = quads(shape);
  const most = Math.min(rows, batch);
  const { subgroup = most } = tile; // beyond one load of a subgroup's, rows are loaded by as many
  return { rows: most <= subgroup ? most : ceilDiv(most, subgroup) * subgroup, units: quad ? 4 : 1, quad };
}

/** Units that phase `p` writes forward; backward the phase makes the gradient of its source's units. */
export function phaseUnits({ cell, units }: Pick<RecurrenceShape, 'cell' | 'units'>, p: number, back = false): number {
  return cell.projection !== undefined && (p === 1) !== back ? cell.projection : units;
}

/** Width of a source of phase `p`. */
export const sourceUnits = (shape: Pick<RecurrenceShape, 'cell' | 'units'>, p: number): number =>
  phaseUnits(shape, p, true);

/** vec4f of a row of phase `p`'s weights. */
export const weightPitch = (shape: Pick<RecurrenceShape, 'cell' | 'units'>, p: number): number =>
  pad4(phaseUnits(shape, p) * shape.cell.phases[p]!.lanes) / 4;

/** Bytes of a layer's recurrent weights where they are held; as many on the way back. */
export function heldBytes(shape: Pick<RecurrenceShape, 'cell' | 'units'>, held: Held): number {
  const quartets = shape.cell.phases.reduce(
    (sum, { products }, p) => sum + products.length * sourceUnits(shape, p) * weightPitch(shape, p), 0);
  return (held === 'f16' ? 8 : 16) * quartets;
}

/** All that a driver may bind; those that it does not stand in code that is left out. */
const BINDINGS = [
  'gates', 'states', 'weights0', 'weights1', 'own', 'control', 'd_output', 'd_states', 'transposed', 'd_extra',
];

/** Defines of lib/block.wgsl, lib/gates.wgsl and lib/unit.wgsl. */
export function commonDefines(shape: RecurrenceShape, bindings: readonly string[]): Defines {
  const { cell, timeSteps, batch, units, trials, reverse, histories, ragged, masks, strideParameters } = shape;
  const { rows, units: wide, quad } = block(shape);
  const { lanes, own, states } = cell;
  const { stack } = shape;
  return {
    LAYERED: stack !== undefined, LAYERS: stack?.layers ?? 1, LAYER_STATES: (stack?.histories ?? 0) / wide,
    LAYER_GATES: stack ? gatesSize(shape) / 4 : 0, LAYER_PARAMETERS: (stack?.parameters ?? 0) / 4,
    CELL: cell.file, ...cell.switches, T: timeSteps, B: batch, H: units, HP: pad4(units) / wide, PADDED: pad4(units),
    ROWS: rows, UNITS: wide, QUAD: quad, FIRST_UNIT: quad ? 'zero' : '0u',
    STATES: states.length, CARRIED: carriedStates(cell), TRIALS: trials,
    STRIDE_BLOCK: histories.stride / wide, OWN_STATES: histories.own / wide, BELOW_STATE: histories.below / wide,
    PREVIOUS: reverse ? 1 : 0, NEXT: reverse ? 0 : 1, REVERSE: reverse,
    LANES: lanes, ONE_LANE: lanes === 1, TWO_LANES: lanes === 2, FOUR_LANES: lanes === 4,
    GATE_PITCH: pad4(units * lanes) / 4, GATE_COLUMNS: (wide * lanes) / 4,
    OWN: own !== undefined, OWN_FOUR: own?.lanes === 4, OWN_LANES: ownLanes(cell),
    OWN_TYPE: own?.lanes === 8 ? 'mat2x4f' : 'vec4f', STRIDE_OWN: strideParameters / 4,
    BELOW: cell.below?.reads ?? false, CLOCK: cell.clock ?? false,
    CONTROL: needsControl(shape), RAGGED: ragged, MASKS: draws(masks),
    RECURRENCE_LAYER: draws(masks) ? masks.layer : 0, // without masks layers share a pipeline
    KEY_TAG: keyTag, DROPOUT: drops(masks), DROPOUT_STREAM: stream.recurrentDropout,
    DROPOUT_THRESHOLD: dropoutThreshold(masks.recurrentDropout),
    DROPOUT_SCALE: literal(1 / (1 - masks.recurrentDropout)),
    SETTLES: ragged || zones(masks), SETTLES_OR_DROPS: ragged || zones(masks) || drops(masks),
    ZONEOUT: zones(masks), ZONEOUT_MEAN: zones(masks) && !masks.training,
    ZONES_CELL: masks.zoneout.cell > 0, ZONEOUT_HIDDEN: literal(masks.zoneout.hidden),
    ZONEOUT_CELL: literal(masks.zoneout.cell), ZONEOUT_HIDDEN_STREAM: stream.zoneoutHidden,
    ZONEOUT_CELL_STREAM: stream.zoneoutCell, HIDDEN_THRESHOLD: dropoutThreshold(masks.zoneout.hidden),
    CELL_THRESHOLD: dropoutThreshold(masks.zoneout.cell),
    NORMED: cell.normed ?? false, PRODUCTS_AT: gatesSize(shape) / 4,
    ADVANCE: cell.normed ? 'advance_normed' : 'advance', RETREAT: cell.normed ? 'retreat_normed' : 'retreat',
    PHASES: cell.phases.length,
    MEETS: cell.phases.some(({ products }) => products.length > 0) || cell.phases.length > 1,
    ...Object.fromEntries(BINDINGS.map((name) => [`AT_${name}`, Math.max(0, bindings.indexOf(name))])),
  };
}

export const needsControl = ({ cell, ragged, masks }: RecurrenceShape): boolean =>
  ragged || cell.clock === true || draws(masks);

/** What lanes a phase leads to. */
export const laneDefines = ({ lanes }: Cell, { lanes: some, first }: Phase): Defines => ({
  ALL_LANES: some === lanes && first === 0, FOUR_OF_EIGHT: some === 4 && lanes === 8,
  TWO_OF_FOUR: some === 2 && lanes === 4, PRODUCT_LANES: some, FIRST_LANE: first,
});

/** A driver's bindings forward: those of one phase, or of all. */
function forwardBindings(shape: RecurrenceShape, phases: readonly number[]): Record<string, Access> {
  const { cell } = shape;
  return {
    gates: 'read_write', states: 'read_write',
    ...Object.fromEntries(phases.filter((p) => cell.phases[p]!.products.length > 0)
      .map((p) => [`weights${p}`, 'read'] as const)),
    ...(cell.own ? { own: 'read' } as const : {}),
    ...(needsControl(shape) ? { control: 'read' } as const : {}),
  };
}

function forwardDefines(shape: RecurrenceShape, p: number, held: Held | undefined): Defines {
  const { cell, masks, stack } = shape;
  const phase = cell.phases[p]!;
  const { rows, units: wide } = block(shape);
  const { products, lanes, slot, writes } = phase;
  // A state of the layer below, and which of the histories that is.
  const below = stack ? ['0u'] : [];
  const units = phaseUnits(shape, p);
  const gated = !(cell.projection !== undefined && p === 1);
  const written = (s: number): boolean => writes?.includes(s) ?? true;
  const masked = cell.states.flatMap((state, i) => (state.masked && written(i) ? [`${i}u`] : []));
  const pitch = weightPitch(shape, p);
  const columns = (wide * lanes) / 4;
  const stride = pad64(sourceUnits(shape, p) * pitch * 4) / 4;
  const all = gated && laneDefines(cell, phase)['ALL_LANES'] === true && products.length > 0 && !cell.normed;
  return byPhase(p, {
    ...laneDefines(cell, phase), ALL_LANES: all, SOME_LANES: gated && !all && products.length > 0,
    GATED: gated, PHASE_NAME: cell.phases.length > 1 ? p : '', BLOCKS: ceilDiv(units, wide), OUT_UNITS: units,
    MIDDLE: p === 1, PRODUCT: products.length > 0, WRITES: cell.states.map((_, s) => written(s)).join(', '),
    K: sourceUnits(shape, p), SOURCES: Math.max(1, products.length + below.length),
    SOURCE_BLOCKS: [...products.map(({ source }) =>
      `${source === 0 && drops(masks) ? cell.states.length : source}u`), ...below].join(', '),
    COLUMNS: columns, PITCH: pitch, TILE: rows * columns,
    STRIDE_PARAMETERS: shape.strideParameters / 4, STRIDE_SOURCE: stack ? stack.input / 4 : stride,
    BIASES: stack?.biases.length ?? 0, BIASES_AT: [...(stack?.biases ?? []), 0].map((at) => `${at / 4}u`).join(', '),
    ...holdDefines(held, p, {
      from: `weights${p}`, trial: shape.strideParameters / 4, offset: 0, source: stride,
      each: sourceUnits(shape, p) * pitch,
    }),
    SOURCE_SLOT: slot === 'previous' ? 'PREVIOUS' : 'NEXT',
    DROPS: drops(masks) && written(0), MASKS_STATES: drops(masks) && masked.length > 0, MASKED_STATES: masked[0] ?? 0,
  });
}

export const byPhase = (p: number, defines: Defines): Defines =>
  Object.fromEntries(Object.entries(defines).map(([name, value]) => [`${name}_${p}`, value]));

/** A driver's shader. */
export interface Face {
  readonly file: string;
  /** A dispatch a time step; a workgroup that walks through time with rows of its own; or neither. */
  readonly pace: 'step' | 'sequence' | 'none';
}

/** What the typed faces of the forward drivers share; `phase` of a single time step, or all phases of all. */
export function forward(face: Face, shape: RecurrenceShape, phase?: number): Kernel {
  const { cell } = shape;
  const phases = phase === undefined ? cell.phases.map((_, p) => p) : [phase];
  const bindings = forwardBindings(shape, phases);
  const held = heldBy(face, shape);
  const defines = {
    ...commonDefines(shape, Object.keys(bindings)),
    WEIGHTS0: 'weights0' in bindings, WEIGHTS1: 'weights1' in bindings,
    ...Object.assign({}, ...phases.map((p) => forwardDefines(shape, p, held))) as Defines,
  };
  const widest = Math.max(...phases.map((p) => phaseUnits(shape, p)));
  return driver(face, shape, { phases, bindings, defines, units: widest });
}

/** How a driver holds the recurrent weights: only a dispatch that uses them many times does. */
export const heldBy = ({ pace }: Face, { tile, cell }: RecurrenceShape): Held | undefined =>
  (pace === 'sequence' && cell.phases.some(({ products }) => products.length > 0) ? tile.held : undefined);

/** The part that depends on the driver alone: its grid and its cost. */
export function driver(
  face: Face, shape: RecurrenceShape, { phases, bindings, defines, units }: {
    phases: readonly number[]; bindings: Record<string, Access>; defines: Defines; units: number;
  },
): Kernel {
  const { cell, timeSteps, batch, trials, tile, immediates } = shape;
  const { file, pace } = face;
  const { rows, units: wide } = block(shape);
  const blocks = ceilDiv(units, wide);
  const rowBlocks = ceilDiv(batch, rows);
  const alone = pace === 'sequence';
  const held = heldBy(face, shape);
  // One thread has all units of its rows: it waits for no other, and trials share a workgroup.
  const solo = alone && !held && blocks === 1;
  const lanes = pace === 'none' || solo ? undefined : tile.subgroup; // the others come in both forms
  const width = lanes ? ceilDiv(Math.min(blocks, tile.width), lanes) * lanes
    : alone ? powerOfTwo(Math.min(blocks, tile.width))
    : fittingWidth(blocks, Math.min(4, tile.width), tile.width);
  const height = alone || lanes ? 1 : Math.max(1, tile.width / width);
  const group = Math.min(rows, lanes ?? rows);
  const together = solo ? Math.min(tile.width, trials) : 1;
  const places = trials * (shape.stack?.layers ?? 1);
  const steps = alone ? timeSteps : 1;
  const weights = phases.reduce((sum, p) => sum +
    cell.phases[p]!.products.length * sourceUnits(shape, p) * phaseUnits(shape, p) * cell.phases[p]!.lanes, 0);
  return {
    file,
    defines: {
      ...defines, FIRST_PHASE: phases[0]!, END_PHASE: phases.at(-1)! + 1, PHASE: phases[0]!,
      WORKGROUP_X: width, WORKGROUP_Y: height, TOGETHER: together, SOLO: solo,
      MEETS: defines['MEETS'] === true && !solo, IMMEDIATES: immediates, SUBGROUPS: lanes !== undefined,
      FOURS: quads(shape) && lanes === undefined, HELD: held !== undefined, HALF: held === 'f16',
      GROUP: group, ROW_GROUPS: rows / group, TIME_BINDING: Object.keys(bindings).length,
    },
    bindings,
    workgroups: alone ? [1, rowBlocks, ceilDiv(trials, together)]
      : [ceilDiv(blocks, width), ceilDiv(rowBlocks, height), places],
    ...(pace === 'step' ? { timed: true } : {}),
    ...(held ? { workgroupMemory: heldBytes(shape, held) } : {}),
    cost: {
      bytes: 4 * trials * (weights + steps * batch * units * (2 * cell.lanes + 2 * cell.states.length)),
      flops: trials * steps * batch * (2 * weights + 30 * units + (cell.normed ? (NORM_FLOPS * units ** 2) / wide : 0)),
    },
  };
}

/** Of a row's norms, a pair of units: every block of units takes them for itself. */
const NORM_FLOPS = 24;

const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, n)));
