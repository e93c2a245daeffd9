import type { Cell, Phase } from '../cells/index.js';
import { pad4, pad64 } from '../model/layout.js';
import { carriedStates } from '../model/states.js';
import { type Held, holdDefines } from './held.js';
import { type Access, ceilDiv, type Defines, type Kernel } from './kernel.js';
import {
  block, byPhase, commonDefines, driver, drops, type Face, heldBy, laneDefines, needsControl, ownLanes, phaseUnits,
  type RecurrenceShape, sourceUnits, weightPitch,
} from './recurrence.js';

/** What the way back knows beside the forward shape. */
export interface BackwardShape extends RecurrenceShape {
  /** d_states holds ∂L/∂(final states) at first. */
  readonly final: boolean;
  /** The layer above has read a state of this one: index of it. */
  readonly above: number | undefined;
  /** Where d_extra holds gradients of the units' own values, in floats. */
  readonly ownGradients: number;
  /** Strides in floats: between two states' gradients, between two outputs' gradients. */
  readonly strideCarry: number;
  readonly strideOutput: number;
  /** ∂L/∂h takes the place of d_output, for others to read; a projection's does so anyway. */
  readonly records?: boolean;
}

/** States whose gradient reaches the time before by itself; a state that may stay as it was has that way too. */
export function directStates({ cell, ragged, masks }: RecurrenceShape): boolean[] {
  return cell.states.map(({ carried, direct, name }) => carried && (direct || ragged ||
    (name === 'hidden' && masks.zoneout.hidden > 0) || (name === 'cell' && masks.zoneout.cell > 0)));
}

function backwardBindings(shape: BackwardShape, phases: readonly number[]): Record<string, Access> {
  const { cell, above, records } = shape;
  const products = phases.some((p) => backProducts(cell, p).length > 0);
  return {
    gates: 'read_write', d_output: cell.projection || records ? 'read_write' : 'read', states: 'read',
    d_states: 'read_write',
    ...(products ? { transposed: 'read' } as const : {}),
    ...(cell.own || cell.below?.reads || above !== undefined ? { d_extra: 'read_write' } as const : {}),
    ...(cell.own ? { own: 'read' } as const : {}),
    ...(needsControl(shape) ? { control: 'read' } as const : {}),
  };
}

/** Products that gradients flow back through: none where the gradient is truncated. */
export const backProducts = ({ phases, truncated }: Cell, p: number): Phase['products'] =>
  (truncated ? [] : phases[p]!.products);

/** Floats of the transposed weights: those of phase `p` begin after those of the phases before. */
export function transposedSize(shape: RecurrenceShape, phases = shape.cell.phases.length): number {
  let size = 0;
  for (let p = 0; p < phases; p++) {
    size += backProducts(shape.cell, p).length * turnedSize(shape, p);
  }
  return size;
}

/** Floats from one layer's turned weights to the next's: those of all trials, first recurrent, then input weights. */
export const turnedStride = (shape: RecurrenceShape): number => shape.trials * transposedSize(shape);

/** Floats from one layer's gradients of the units' own values to the next's. */
export const ownGradientStride = ({ cell, timeSteps, batch, units, trials }: RecurrenceShape): number =>
  pad64(trials * timeSteps * batch * units * ownLanes(cell));

/** Floats of one source's turned weights. */
export const turnedSize = (shape: RecurrenceShape, p: number): number =>
  pad64(4 * weightPitch(shape, p) * sourceUnits(shape, p));

function backwardDefines(shape: BackwardShape, p: number, held: Held | undefined): Defines {
  const { cell, masks, above, stack } = shape;
  const phase = cell.phases[p]!;
  const products = backProducts(cell, p);
  const { rows, units: wide } = block(shape);
  const units = phaseUnits(shape, p, true);
  const gated = !(cell.projection !== undefined && p === 0);
  const direct = directStates(shape);
  // What the layer above makes of the output, through its input weights.
  const upward = (all: string[], own: string): string => [...all, ...(stack ? [own] : [])].join(', ');
  const enters = cell.states.map((_, s) => entersAt(cell, s) === p);
  // A later phase adds to what an earlier one passed on: the reset gate's part of the hidden state's gradient.
  const gives = direct.map((goes, s) => goes && (enters[s]! || phase.adds?.includes(s) === true));
  const fromOutput = cell.projection !== undefined && p === 1;
  const lanes = laneDefines(cell, phase);
  const sources = Math.max(1, products.length + (stack ? 1 : 0));
  return byPhase(p, {
    ...lanes, FROM_OUTPUT: fromOutput, GATED: gated, PHASE_NAME: cell.phases.length > 1 ? p : '',
    BLOCKS: ceilDiv(units, wide), OUT_UNITS: units, PRODUCT: products.length > 0,
    LAST_PHASE: p > 0 && p === cell.phases.length - 1, ENTERS: enters.join(', '), GIVES: gives.join(', '),
    SOURCES: sources, SOURCE_STATES: upward(products.map(({ source }) => `${source}u`), '0u'),
    SOURCE_MASKED: upward(products.map(({ source }) =>
      String(source === 0 || cell.states[source]!.masked === true)), 'false'),
    MASKED: drops(masks), QUARTETS: weightPitch(shape, p), PRODUCTS: sources * rows * wide,
    DELTA_PITCH: fromOutput ? pad4(cell.projection!) / 4 : pad4(shape.units * cell.lanes) / 4,
    ...holdDefines(held, p, {
      from: 'transposed', trial: transposedSize(shape) / 4, offset: transposedSize(shape, p) / 4,
      source: turnedSize(shape, p) / 4, each: weightPitch(shape, p) * units,
    }),
    STRIDE_TRANSPOSED: transposedSize(shape) / 4, OFFSET_TRANSPOSED: transposedSize(shape, p) / 4,
    STRIDE_TURNED: (stack ? stack.layers * turnedStride(shape) : turnedSize(shape, p)) / 4,
    LAYER_TURNED: turnedStride(shape) / 4, SAME_TIME: phase.slot === 'current', TAKES_OUTPUT: p === 0,
    RECORDS: p === 0 && gated && shape.records === true,
    ABOVE: above !== undefined && enters[above] === true, ABOVE_STATE: above ?? 0,
  });
}

/** The phase back in which the gradient of state `s` comes together. */
function entersAt({ projection, states }: Cell, s: number): number {
  if (!states[s]!.carried) return projection === undefined ? 0 : 1;
  return projection !== undefined && s > 0 ? 1 : 0;
}

/** What the typed faces of the backward drivers share. */
export function backward(face: Face, shape: BackwardShape, phase?: number): Kernel {
  const { cell, timeSteps, reverse, units } = shape;
  const phases = phase === undefined ? cell.phases.map((_, p) => p) : [phase];
  const bindings = backwardBindings(shape, phases);
  const wide = block(shape).units;
  const defines = {
    ...commonDefines(shape, Object.keys(bindings)),
    TRANSPOSED: 'transposed' in bindings, EXTRA: 'd_extra' in bindings, D_OUTPUT_ACCESS: bindings['d_output']!,
    DIRECT: directStates(shape).join(', '), FINAL: shape.final, LAST: reverse ? 0 : timeSteps - 1,
    OUTPUTS: cell.outputs.length, OUTPUT_STATES: cell.outputs.map((s) => `${s}u`).join(', '),
    OUTPUT_PITCH: pad4(cell.projection ?? units) / wide, OUTPUT_STRIDE: shape.strideOutput / wide,
    CARRY: shape.strideCarry / wide, LAYER_CARRY: (carriedStates(shape.cell) * shape.strideCarry) / wide,
    OWN_GRADIENTS: shape.ownGradients / wide, LAYER_OWN_GRADIENTS: ownGradientStride(shape) / wide,
    ...Object.assign({}, ...phases.map((p) => backwardDefines(shape, p, heldBy(face, shape)))) as Defines,
  };
  const widest = Math.max(...phases.map((p) => phaseUnits(shape, p, true)));
  return driver(face, shape, { phases, bindings, defines, units: widest });
}
