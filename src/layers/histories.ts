import { carry } from '../kernels/carry.js';
import { historyCount, type Masks } from '../kernels/recurrence.js';
import { pad4, pad64 } from '../model/layout.js';
import { cellOf, directionsOf, type RecurrentDescription } from '../model/recurrent.js';
import { carriedStates, recurrenceLayer } from '../model/states.js';
import type { View } from '../schedule/program.js';
import type { Lowering } from './lowering.js';

/** Where a group of stacked recurrent layers stands in the model. */
export interface RecurrentPlace {
  readonly description: RecurrentDescription;
  /** Index of the layer in the model. */
  readonly index: number;
  /**
   * Carried states of the whole model, [stateSize] a trial, before the window and, where they are kept, after it; and
   * where this group's begin.
   */
  readonly before: View;
  readonly after: View | undefined;
  readonly stateOffset: number;
}

/** What is drawn at random in one layer and direction. */
export function masksOf({ training }: Lowering, place: RecurrentPlace, l: number, direction: number): Masks {
  const { recurrentDropout, zoneout } = place.description;
  return { layer: recurrenceLayer(place.index, l, direction), recurrentDropout, zoneout, training };
}

/**
 * Histories of all states of a group, [T+1, B, pad4(H)] each: layer by layer, direction by direction, a block every
 * `stride` floats.
 */
export interface Histories {
  /** Floats from one block to the next. */
  readonly stride: number;
  /** Blocks of one layer and direction. */
  readonly count: number;
  /** Blocks from `block` of layer l and direction d on, `length` of them, as all trials see them. */
  blocks(l: number, direction: number, block: number, length: number): View;
  /** One block, trial by trial. */
  block(l: number, direction: number, block: number): View;
  /** Keeps the states after the window, where that is asked for. */
  carryOut(): void;
}

/** Carries the states in, out when asked. */
export function lowerHistories(lowering: Lowering, place: RecurrentPlace): Histories {
  const { builder, timeSteps, batch, trials, control, space } = lowering;
  const { description, index, before, after, stateOffset } = place;
  const cell = cellOf(description, 0);
  const directions = directionsOf(description);
  // Evaluation borrows training's histories, so it has as many, whether it drops or not.
  const count = historyCount({ cell, masks: { ...masksOf(lowering, place, 0, 0), training: true } });
  const size = batch * pad4(description.units);
  const history = (timeSteps + 1) * size;
  const stride = pad64(trials * history);
  const layers = description.layers * directions;
  const all = builder.persistent(`${space}${index} histories`, layers * count * stride, { shared: true });
  const carried = carriedStates(cell);
  const shape = {
    size, blocks: layers * carried, carried, histories: count, directions, timeSteps, trials,
    strideStates: before.stride, offsetStates: stateOffset, strideBlocks: stride,
  };
  const start = (l: number, direction: number, block: number): number =>
    ((l * directions + direction) * count + block) * stride;
  builder.dispatch(`${index} carry in`, carry({ ...shape, out: false }), { states: before, histories: all, control });
  return {
    stride, count,
    blocks: (l, direction, block, length) => ({
      buffer: all.buffer, offset: start(l, direction, block), size: length * stride, stride: 0,
    }),
    block: (l, direction, block) => ({
      buffer: all.buffer, offset: start(l, direction, block), size: history, stride: history,
    }),
    carryOut() {
      if (!after) return;
      builder.dispatch(`${index} carry out`, carry({ ...shape, out: true }), { states: after, histories: all });
    },
  };
}

/** Gradients of the carried states of a group: of the final ones at first, of the initial ones in the end. */
export interface StateGradients {
  /** Floats from one state's to the next's. */
  readonly stride: number;
  /** Those of layer l and direction d, and of `layers` from there on, as all trials see them. */
  of(l: number, direction: number, layers?: number): View;
  arrive(): void;
}

/** Takes the final states' gradients in where they are given, and the initial ones' out when asked. */
export function lowerStateGradients(lowering: Lowering, place: RecurrentPlace): StateGradients {
  const { builder, batch, trials, stateGradients } = lowering;
  const { description, index, stateOffset } = place;
  const cell = cellOf(description, 0);
  const carried = carriedStates(cell);
  const count = carried + (cell.normed ? 1 : 0); // layer normalisation keeps a row's gradient there for a phase
  const directions = directionsOf(description);
  const size = batch * pad4(description.units);
  const stride = pad64(trials * size);
  const layers = description.layers * directions;
  const name = `${index} state gradients`;
  const total = layers * count * stride;
  const whole: View = { ...builder.scratch(name, Math.ceil(total / trials)), stride: 0, size: total };
  const shape = {
    size, blocks: layers * carried, carried, histories: count, directions, timeSteps: 0, trials,
    strideStates: stateGradients?.view.stride ?? 0, offsetStates: stateOffset, strideBlocks: stride,
  };
  if (stateGradients) {
    builder.dispatch(`${name} in`, carry({ ...shape, out: false }), {
      states: stateGradients.view, histories: whole, control: stateGradients.control,
    });
  }
  return {
    stride,
    of: (l, direction, layers = 1) => ({
      ...whole, offset: (l * directions + direction) * count * stride, size: layers * count * stride,
    }),
    arrive() {
      if (!stateGradients?.initial) return;
      const { view } = stateGradients;
      builder.dispatch(`${name} out`, carry({ ...shape, out: true }), { states: view, histories: whole });
    },
  };
}
