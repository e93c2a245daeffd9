import type { Vocabulary } from '../data/text.js';
import type { Driver } from '../kernels/recurrence.js';
import type { Model } from '../model/description.js';
import type { EngineOptions, Snapshot } from '../model/engine.js';
import { elementCount, innerIndex, isTrained } from '../model/layout.js';
import { OPTIMIZER_STATES } from '../model/optimizers.js';
import { layerSuffix } from '../model/recurrent.js';
import { recurrentStateSize, stateBlocks } from '../model/states.js';
import type { Strategy } from '../schedule/tiles.js';
import type { TextFingerprint } from './fingerprint.js';

/** All that a run needs to go on as if it had not stopped. */
export interface Checkpoint extends EngineOptions {
  readonly driver: Driver;
  /** Each trial's own learning rate, where they differ from the optimiser's. */
  readonly rates?: readonly number[];
  /** How the GPU's sums were cut: another choice changes their order, so it is kept for the same adapter. */
  readonly strategy?: Strategy;
  /** Steps done: with the seeds, all counters of the random numbers. */
  readonly step: number;
  /** Where the next window starts in each stream. */
  readonly cursor: number;
  readonly vocabulary: Vocabulary;
  readonly text: TextFingerprint;
  readonly adapter: string;
  readonly snapshot: Snapshot;
}

/** What the file's metadata says of itself. */
export const KEY = 'latch.checkpoint';
export const RANDOM = 'philox4x32-10';
export const VERSION = 1;

/** One tensor of the file: element e of a trial lies at `index(e)` of the trial's part of `source`. */
export interface TensorEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  index(e: number): number;
  /** Whether element e may be other than zero. */
  exists(e: number): boolean;
  source(snapshot: Snapshot): Flat;
}
export type Flat = Float32Array | Float64Array;
export type Settings = Omit<Checkpoint, 'snapshot'>;

/** The tensors of a checkpoint's file, in order. */
export function tensorPlan(
  { model, seeds, batch, optimizer }: Pick<Settings, 'model' | 'seeds' | 'batch' | 'optimizer'>,
): TensorEntry[] {
  const stacked = (shape: readonly number[]): number[] => (seeds.length > 1 ? [seeds.length, ...shape] : [...shape]);
  const parameters = (prefix: string, source: TensorEntry['source']): TensorEntry[] =>
    model.layout.parameters.map((parameter) => ({
      name: prefix + parameter.name, shape: stacked(parameter.shape), count: elementCount(parameter), source,
      index: (e) => innerIndex(parameter, e), exists: (e) => isTrained(parameter, e),
    }));
  return [
    ...parameters('', (snapshot) => snapshot.parameters),
    ...OPTIMIZER_STATES[optimizer.kind].flatMap((state) =>
      parameters(`optimizer.${state}.`, (snapshot) => snapshot.optimizer[state]!)),
    ...stateEntries(model, batch, stacked),
  ];
}

function stateEntries(model: Model, batch: number, stacked: (shape: readonly number[]) => number[]): TensorEntry[] {
  let start = 0;
  return model.layers.flatMap((layer, index) => {
    if (layer.kind !== 'recurrent') return [];
    const blocks = stateBlocks(layer, batch, start);
    start += recurrentStateSize(layer, batch);
    return blocks.map(({ state, layer: l, direction, offset, width, pitch }): TensorEntry => ({
      name: `state.${index}.${state}${layerSuffix(l, direction)}`, shape: stacked([batch, width]), count: batch * width,
      source: ({ states }) => states,
      index: (e) => offset + Math.floor(e / width) * pitch + (e % width),
      exists: () => true,
    }));
  });
}
