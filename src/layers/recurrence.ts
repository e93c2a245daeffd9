import type { Cell, RecurrentProduct } from '../cells/index.js';
import { columnSum } from '../kernels/column-sum.js';
import { initialBackward } from '../kernels/initial-backward.js';
import type { Kernel } from '../kernels/kernel.js';
import { someLanes } from '../kernels/lanes.js';
import { initialDropout } from '../kernels/initial-dropout.js';
import {
  drops, gatesSize, historyCount, ownLanes, phaseUnits, type RecurrenceShape, sourceUnits, weightPitch,
} from '../kernels/recurrence.js';
import { backProducts, type BackwardShape, transposedSize, turnedSize } from '../kernels/recurrence-backward.js';
import { scan } from '../kernels/scan.js';
import { scanBackward } from '../kernels/scan-backward.js';
import { sequence } from '../kernels/sequence.js';
import { sequenceBackward } from '../kernels/sequence-backward.js';
import { step } from '../kernels/step.js';
import { stepBackward } from '../kernels/step-backward.js';
import { transpose } from '../kernels/transpose.js';
import { pad4, type Parameter } from '../model/layout.js';
import type { View } from '../schedule/program.js';
import { sequenceSteps } from '../schedule/table.js';
import type { Histories, StateGradients } from './histories.js';
import { weightGradient } from './linear.js';
import { controlWords, gradientView, type Lowering, parameterView, type Rows } from './lowering.js';

/** One layer in one direction: its parameters and its activations in memory. */
export interface Pass {
  readonly label: string;
  readonly layer: number;
  readonly direction: 0 | 1;
  readonly shape: RecurrenceShape;
  readonly histories: Histories;
  /** Z, then the activated gates, then dZ: [T, B, H·L]. */
  readonly gates: View;
  /** Layer normalisation: X·W before its norm, [T, B, H·L]. */
  readonly raw?: View;
  readonly parameter: (name: string) => Parameter | undefined;
}

const weightsOf = ({ parameter, shape: { cell } }: Pass, p: number): Parameter[] =>
  cell.phases[p]!.products.map(({ name }) => parameter(name)!);

/** A phase's weights, which lie one after the other, as one view. */
function weightsView(lowering: Lowering, pass: Pass, p: number): View {
  const [first, ...rest] = weightsOf(pass, p);
  const last = rest.at(-1) ?? first!;
  const view = parameterView(lowering, first!);
  return { ...view, size: last.offset + last.rows * last.pitch - first!.offset };
}

/** The layer's own histories, and before them the one of the layer below where the cell reads it. */
function statesView({ histories, layer, direction, shape }: Pass): View {
  const below = shape.cell.below?.reads ? 1 : 0;
  const { stride, own } = shape.histories;
  return histories.blocks(layer - below, direction, 0, own / stride + historyCount(shape));
}

/** Where a layer's histories begin in its view. */
export function historyOffsets(
  cell: Cell, { stride, count }: Histories, directions: number,
): RecurrenceShape['histories'] {
  if (!cell.below?.reads) return { stride, own: 0, below: 0 };
  return { stride, own: directions * count * stride, below: cell.below.state * stride };
}

/** The gates as the drivers see them: all trials, and after them products that wait for their norm. */
function gatesView({ gates, shape }: Pass): View {
  return shape.cell.normed ? { ...gates, size: 3 * gatesSize(shape), stride: 0 } : gates;
}

export const pick = (
  bindings: Record<string, unknown>, views: Record<string, View | undefined>,
): Record<string, View> =>
  Object.fromEntries(Object.keys(bindings).map((name) => [name, views[name]!]));

/** The times of a direction in the order it goes. */
function timesOf({ timeSteps, reverse }: RecurrenceShape): number[] {
  const times = Array.from({ length: timeSteps }, (_, t) => t);
  return reverse ? times.reverse() : times;
}

/** Records the pass through time: the driver carries the cell. */
export function advance(lowering: Lowering, pass: Pass): void {
  const { builder } = lowering;
  const { label, shape, parameter } = pass;
  const { cell } = shape;
  const weights = cell.phases.flatMap(({ products }, p) =>
    (products.length > 0 ? [[`weights${p}`, weightsView(lowering, pass, p)] as const] : []));
  const views = {
    gates: gatesView(pass), states: statesView(pass), ...Object.fromEntries(weights), control: controlWords(lowering),
    own: cell.own && parameterView(lowering, parameter(cell.own.name)!),
  };
  if (drops(shape.masks)) {
    const kernel = initialDropout(shape);
    builder.dispatch(`${label} initial dropout`, kernel, pick(kernel.bindings, views));
  }
  const repeats = lowering.repeated && cell.clock; // which asks how many runs there were
  drive(lowering, pass, {
    suffix: '', views, times: repeats ? ['run'] : timesOf(shape),
    scan: () => scan(shape), sequence: (steps) => sequence(shape, steps), step: (phase) => step(shape, phase),
  });
}

/** One way through time: its kernels by driver, what they bind, and the times in order. */
interface Way {
  readonly suffix: string;
  readonly views: Record<string, View | undefined>;
  readonly times: readonly (number | 'run')[];
  scan(): Kernel;
  sequence(steps?: number): Kernel;
  step(phase: number): Kernel;
}

/** Records a pass through time with the run's driver. */
function drive({ builder, strategy }: Lowering, { label, shape }: Pass, way: Way): void {
  const { driver } = strategy;
  const { timeSteps, cell } = shape;
  const record = (kernel: Kernel, time?: number | 'run'): void =>
    builder.dispatch(`${label} ${driver}${way.suffix}`, kernel, pick(kernel.bindings, way.views), time);
  if (driver === 'scan') return record(way.scan());
  if (driver === 'sequence') {
    const steps = sequenceSteps(strategy, way.sequence(), timeSteps);
    const kernel = way.sequence(steps);
    for (let from = 0; from < timeSteps; from += steps) {
      record({ ...kernel, cost: way.sequence(Math.min(steps, timeSteps - from)).cost }, from);
    }
    return;
  }
  const kernels = cell.phases.map((_, phase) => way.step(phase));
  for (const time of way.times) kernels.forEach((kernel) => record(kernel, time));
}

/** What comes from the layer above on the way back. */
export interface Arriving {
  /** ∂L/∂output, [T, B, pad4(width)] an output, `strideOutput` floats apart. */
  readonly output: View;
  readonly strideOutput: number;
  readonly stateGradients: StateGradients;
  /** Scratch of the group for what cells have read beside their gates; see shaders/lib/backward.wgsl. */
  readonly extra: View | undefined;
  readonly ownGradients: number;
  /** The layer above has read a state of this one. */
  readonly above: boolean;
}

/** Records the way back through time; then gates hold dZ, and the recurrent weights have their gradients. */
export function retreat(lowering: Lowering, pass: Pass, arriving: Arriving): void {
  const { builder } = lowering;
  const { label, parameter, layer, direction } = pass;
  const { cell } = pass.shape;
  const shape: BackwardShape = {
    ...pass.shape, final: lowering.stateGradients !== undefined, above: arriving.above ? cell.below!.state : undefined,
    ownGradients: arriving.ownGradients, strideCarry: arriving.stateGradients.stride,
    strideOutput: arriving.strideOutput, records: lowering.records !== undefined,
  };
  const views = {
    gates: gatesView(pass), transposed: turnWeights(lowering, pass), d_output: arriving.output,
    states: statesView(pass), d_states: arriving.stateGradients.of(layer, direction), d_extra: arriving.extra,
    control: controlWords(lowering), own: cell.own && parameterView(lowering, parameter(cell.own.name)!),
  };
  drive(lowering, pass, {
    suffix: ' backward', views, times: timesOf(shape).reverse(),
    scan: () => scanBackward(shape), sequence: (steps) => sequenceBackward(shape, steps),
    step: (phase) => stepBackward(shape, phase),
  });
  if (lowering.stateGradients?.initial && cell.phases[0]!.products.length > 0) {
    const kernel = initialBackward(shape);
    builder.dispatch(`${label} initial state gradient`, kernel, pick(kernel.bindings, views));
  }
  recurrentGradients(lowering, pass, arriving.output, lowering.records?.(lowering, pass, arriving));
  if (cell.own) ownGradient(lowering, pass, arriving, parameter(cell.own.name)!);
}

/** Recurrent weights turned for the way back, phase by phase, source by source. */
function turnWeights(lowering: Lowering, pass: Pass): View | undefined {
  const { builder, layout, trials } = lowering;
  const { shape, label } = pass;
  const size = transposedSize(shape);
  if (size === 0) return undefined;
  const turned = builder.scratch(`${label} transposed`, size);
  shape.cell.phases.forEach((_, p) => {
    const kernel = transpose({
      rows: sourceUnits(shape, p), columns: weightPitch(shape, p), trials, strideIn: layout.size, strideOut: size,
      half: shape.tile.held === 'f16',
    });
    backProducts(shape.cell, p).forEach((_, s) => {
      const offset = transposedSize(shape, p) + s * turnedSize(shape, p);
      builder.dispatch(`${label} transpose`, kernel, {
        in: parameterView(lowering, weightsOf(pass, p)[s]!), out: { ...turned, offset, size: size - offset },
      });
    });
  });
  return turned;
}

/** dR = sourceᵀ·dZ for every recurrent matrix; `instead` of the source of the only one. */
export function recurrentGradients(lowering: Lowering, pass: Pass, output: View, instead?: Rows): void {
  const { label, shape, gates } = pass;
  shape.cell.phases.forEach(({ lanes, first, products }, p) => {
    if (products.length === 0) return;
    // Phase 1 of a projection makes the output itself, whose whole gradient took the place of the output's.
    const projects = shape.cell.projection !== undefined && p === 1;
    const whole = lanes === shape.cell.lanes && first === 0;
    const kept = shape.cell.normed ? { ...gates, offset: 2 * gatesSize(shape) } : gates;
    const gradient = projects ? output : whole ? kept : packed(lowering, pass, p);
    products.forEach((product, s) => {
      weightGradient(lowering, `${label} ${s + p === 0 ? 'recurrent' : product.name} gradient`,
        instead ?? sourceRows(lowering, pass, p, product), weightsOf(pass, p)[s]!, gradient);
    });
  });
}

/** A source at the times when it was multiplied: all slots but the last or but the first. */
export function sourceRows({ batch }: Lowering, pass: Pass, p: number, { source }: RecurrentProduct): Rows {
  const { shape, histories, layer, direction } = pass;
  const { cell, masks, reverse, units } = shape;
  const dropped = source === 0 && drops(masks);
  const later = (cell.phases[p]!.slot === 'current') !== reverse;
  return {
    kind: 'rows', view: histories.block(layer, direction, dropped ? cell.states.length : source),
    offset: later ? batch * pad4(units) : 0, width: sourceUnits(shape, p), pitch: pad4(units),
  };
}

/** The lanes of dZ that phase `p`'s weights lead to. */
function packed({ builder, trials, timeSteps, batch }: Lowering, { label, shape, gates }: Pass, p: number): View {
  const { lanes: some, first } = shape.cell.phases[p]!;
  const rows = timeSteps * batch;
  const units = phaseUnits(shape, p);
  const out = builder.scratch(`${label} part ${p} of dZ`, rows * pad4(units * some));
  builder.dispatch(`${label} part ${p} of dZ`, someLanes({
    rows, units, lanes: shape.cell.lanes, first, some, trials,
  }), { in: gates, out });
  return out;
}

export function ownGradient(
  lowering: Lowering, { label, shape }: Pass, { extra, ownGradients }: Pick<Arriving, 'extra' | 'ownGradients'>,
  own: Parameter,
): void {
  const { builder, trials, timeSteps, batch, layout, strategy } = lowering;
  const size = timeSteps * batch * shape.units * ownLanes(shape.cell);
  const kernel = columnSum({
    rows: timeSteps * batch, columns: own.columns, trials, strideX: size, strideSums: layout.size, gradientsOf: [own],
    lanes: strategy.columnLanes,
  });
  const x = { ...extra!, offset: ownGradients, size, stride: size };
  builder.dispatch(`${label} ${own.name.split('.').at(-1)} gradient`, kernel, { x, sums: gradientView(lowering, own) });
}
