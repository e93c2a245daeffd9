import { Vocabulary } from '../data/text.js';
import { readSafetensors, type Tensor, writeSafetensors } from '../io/safetensors.js';
import { type Driver, DRIVERS } from '../kernels/recurrence.js';
import { checkInteger, checkNumber, checkOneOf } from '../model/check.js';
import { checkTextModel, type Model } from '../model/description.js';
import { checkRunShape, emptySnapshot, type EngineOptions, type Snapshot, snapshotLengths } from '../model/engine.js';
import { elementCount, innerIndex, isTrained } from '../model/layout.js';
import { checkRates, OPTIMIZER_STATES } from '../model/optimizers.js';
import { fieldsOf, parseClip, parseModel, parseOptimizer } from '../model/parse.js';
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

const LARGEST_FLOAT32 = 3.4028234663852886e38;
/** Optimiser states whose root is taken. */
const SECOND_MOMENTS = ['exp_avg_sq', 'square_avg', 'sum'];
const KEY = 'latch.checkpoint';
const RANDOM = 'philox4x32-10';
const VERSION = 1;
/** The file is not a checkpoint that can be used; the message says why. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/**
 * A checkpoint as a safetensors file: parameters under PyTorch's names and shapes (all trials of a run stacked in
 * front, [N, …], where there is more than one), `optimizer.<state>.<name>`, `state.<layer>.<state>_l<k>`; the rest as
 * JSON metadata.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { model, timeSteps, batch, seeds, optimizer, clip, driver, rates, strategy, step, cursor } = checkpoint;
  const { vocabulary, text, adapter, snapshot } = checkpoint;
  const tensors = new Map<string, Tensor>();
  for (const entry of tensorPlan(checkpoint)) {
    tensors.set(entry.name, tensor(entry.shape, readEntry(entry, snapshot, seeds.length)));
  }
  const metadata = {
    version: VERSION, model: model.layers, timeSteps, batch, seeds, optimizer, clip, driver, rates, strategy,
    step, cursor, random: RANDOM, vocabulary: vocabulary.symbols, text, adapter,
  };
  return writeSafetensors(tensors, { format: 'pt', [KEY]: JSON.stringify(metadata) });
}

/**
 * Reads a checkpoint of unknown origin.
 * @throws CheckpointError or SafetensorsError that says what is wrong; nothing is ever half loaded.
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { metadata, tensors } = readSafetensors(bytes, { requireChecksum: true });
  const text = metadata.get(KEY);
  if (text === undefined) {
    throw new CheckpointError(`the file has no "${KEY}" in its metadata: it is not a checkpoint of a Latch run`);
  }
  const settings = refuse(() => parseSettings(JSON.parse(text)));
  const plan = tensorPlan(settings);
  const known = new Set(plan.map(({ name }) => name));
  const unknown = [...tensors.keys()].find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new CheckpointError(`the checkpoint has a tensor "${unknown}" that its model does not have`);
  }

  // Shapes are compared before anything of their size is allocated.
  const values = plan.map((entry) => checkTensor(entry, tensors.get(entry.name)));
  const snapshot = emptySnapshot(snapshotLengths(settings), values.some((data) => data instanceof Float64Array));
  plan.forEach((entry, i) => writeEntry(entry, values[i]!, snapshot, settings.seeds.length));
  return { ...settings, snapshot };
}

/** One tensor of the file: element e of a trial lies at `index(e)` of the trial's part of `source`. */
interface TensorEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  index(e: number): number;
  /** Whether element e may be other than zero. */
  exists(e: number): boolean;
  source(snapshot: Snapshot): Flat;
}
type Flat = Float32Array | Float64Array;
type Settings = Omit<Checkpoint, 'snapshot'>;

function tensorPlan(
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

function readEntry({ count, index, source }: TensorEntry, snapshot: Snapshot, trials: number): Flat {
  const flat = source(snapshot);
  const out = flat instanceof Float64Array ? new Float64Array(trials * count) : new Float32Array(trials * count);
  for (let n = 0; n < trials; n++) {
    for (let e = 0; e < count; e++) out[n * count + e] = flat[(n * flat.length) / trials + index(e)]!;
  }
  return out;
}

function writeEntry({ count, index, source }: TensorEntry, values: Flat, snapshot: Snapshot, trials: number): void {
  const flat = source(snapshot);
  for (let n = 0; n < trials; n++) {
    for (let e = 0; e < count; e++) flat[(n * flat.length) / trials + index(e)] = values[n * count + e]!;
  }
}

function checkTensor({ name, shape, count, exists }: TensorEntry, found: Tensor | undefined): Flat {
  if (!found) throw new CheckpointError(`the checkpoint lacks the tensor "${name}" of its model`);
  if (found.shape.join() !== shape.join()) {
    throw new CheckpointError(`tensor "${name}" has shape [${found.shape}], its model needs [${shape}]`);
  }
  if (!(found.data instanceof Float32Array || found.data instanceof Float64Array)) {
    throw new CheckpointError(`tensor "${name}" has dtype ${found.dtype}: F32 or F64 is needed`);
  }
  if (!found.data.every((value) => Math.abs(value) <= LARGEST_FLOAT32)) {
    throw new CheckpointError(`tensor "${name}" holds NaN, infinity or more than float32 can`);
  }
  if (SECOND_MOMENTS.some((state) => name.startsWith(`optimizer.${state}.`)) && found.data.some((value) => value < 0)) {
    throw new CheckpointError(`tensor "${name}" holds a negative mean of squares`);
  }
  const stray = found.data.findIndex((value, e) => value !== 0 && !exists(e % count));
  if (stray >= 0) {
    throw new CheckpointError(`tensor "${name}" holds ${found.data[stray]} at ${stray}: it must be 0, ` +
      'since a module hears no faster one');
  }
  return found.data;
}

const tensor = (shape: readonly number[], data: Flat): Tensor => ({
  dtype: data instanceof Float64Array ? 'F64' : 'F32', shape: [...shape], data,
} as Tensor);

function parseSettings(json: unknown): Settings {
  const fields = fieldsOf('its metadata', json);
  if (fields['version'] !== VERSION) {
    throw new RangeError(`its version is ${String(fields['version'])}, this Latch reads version ${VERSION}`);
  }
  checkOneOf('random', fields['random'], [RANDOM]);
  const { seeds, vocabulary } = fields;
  const text = fieldsOf('its text', fields['text']);
  if (!Array.isArray(seeds)) throw new RangeError('its seeds are not a list of numbers');
  if (!Array.isArray(vocabulary)) throw new RangeError('its vocabulary is not a list of characters');
  const model = parseModel(fields['model']);
  checkTextModel(model);
  if (vocabulary.length > model.vocabulary || vocabulary.length !== model.outputs) {
    throw new RangeError(`its vocabulary has ${vocabulary.length} characters, its model reads ${model.vocabulary} ` +
      `and predicts ${model.outputs}`);
  }
  return {
    model,
    ...checkRunShape({
      timeSteps: fields['timeSteps'] as number, batch: fields['batch'] as number, seeds: seeds as number[],
    }),
    optimizer: parseOptimizer(fields['optimizer']),
    clip: parseClip(fields['clip']),
    driver: checkOneOf('driver', fields['driver'], DRIVERS),
    ...(fields['rates'] === undefined ? {} : { rates: parseRates(fields['rates'], seeds.length) }),
    ...(fields['strategy'] === undefined ? {} : { strategy: parseStrategy(fieldsOf('strategy', fields['strategy'])) }),
    step: checkInteger('step', fields['step'], 0),
    cursor: checkInteger('cursor', fields['cursor'], 0),
    vocabulary: Vocabulary.from(vocabulary.map(String)),
    text: {
      length: checkInteger('text length', text['length'], 0),
      crc32: checkInteger('text crc32', text['crc32'], 0, 2 ** 32 - 1),
    },
    adapter: String(fields['adapter']),
  };
}

function parseRates(rates: unknown, trials: number): readonly number[] {
  if (!Array.isArray(rates)) throw new RangeError('its rates are not a list of numbers');
  return checkRates(rates, trials);
}

function parseStrategy(
  { driver, matmul, recurrence, columnLanes, submitFlops }: Readonly<Record<string, unknown>>,
): Strategy {
  const { rows, columns } = fieldsOf('strategy matmul', matmul);
  const { rows: blockRows, quad, width, chunks } = fieldsOf('strategy recurrence', recurrence);
  return {
    driver: checkOneOf('strategy driver', driver, DRIVERS),
    matmul: { rows: checkInteger('matmul rows', rows, 1, 32), columns: checkInteger('matmul columns', columns, 1, 8) },
    recurrence: {
      rows: checkInteger('recurrence rows', blockRows, 1, 32), quad: quad === true,
      width: checkInteger('recurrence width', width, 1, 256),
      ...(chunks === undefined ? {} : { chunks: checkInteger('recurrence chunks', chunks, 1, 64) }),
    },
    columnLanes: columnLanes === 16 ? 16 : 1,
    submitFlops: checkNumber('submitFlops', submitFlops, { min: 1 }),
  };
}

function refuse<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CheckpointError(`the checkpoint cannot be used: ${reason}`);
  }
}
