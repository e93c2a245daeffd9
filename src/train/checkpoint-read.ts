import { Vocabulary } from '../data/text.js';
import { readSafetensors, type Tensor } from '../io/safetensors.js';
import { DRIVERS } from '../kernels/recurrence.js';
import { checkInteger, checkOneOf } from '../model/check.js';
import { checkTextModel } from '../model/text-model.js';
import {
  checkRunShape, emptySnapshot, PRECISIONS, precisionOf, type Snapshot, snapshotLengths,
} from '../model/engine.js';
import { checkRates } from '../model/optimizers.js';
import { fieldsOf, parseClip, parseModel, parseOptimizer } from '../model/parse.js';
import {
  type Checkpoint, type Flat, KEY, RANDOM, type Settings, type TensorEntry, tensorPlan, VERSION,
} from './checkpoint.js';
import type { Strategy } from '../schedule/tiles.js';
import { parseStrategy } from './strategy-record.js';

const LARGEST_FLOAT32 = 3.4028234663852886e38;
/** Optimiser states whose root is taken. */
const SECOND_MOMENTS = ['exp_avg_sq', 'square_avg', 'sum'];

/** The file is not a checkpoint that can be used; the message says why. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
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
  const shape = checkRunShape({
    timeSteps: fields['timeSteps'] as number, batch: fields['batch'] as number, seeds: seeds as number[],
  });
  const precision = fields['precision'] === undefined
    ? {} : precisionOf(checkOneOf('precision', fields['precision'], PRECISIONS));
  return {
    model,
    ...shape,
    optimizer: parseOptimizer(fields['optimizer']),
    clip: parseClip(fields['clip']),
    driver: checkOneOf('driver', fields['driver'], DRIVERS),
    ...(fields['rates'] === undefined ? {} : { rates: parseRates(fields['rates'], seeds.length) }),
    ...(fields['strategy'] === undefined
      ? {} : { strategy: strategyFor(precision, parseStrategy(fields['strategy'])) }),
    ...(fields['recompute'] === undefined
      ? {} : { recompute: checkInteger('recompute', fields['recompute'], 1, shape.timeSteps) }),
    ...precision,
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

function strategyFor({ precision }: Pick<Settings, 'precision'>, strategy: Strategy): Strategy {
  const half = strategy.recurrence.held === 'f16';
  if (half !== (precision === 'f16')) {
    throw new RangeError(`its precision is ${precision ?? 'f32'}, and its strategy holds recurrent weights as ` +
      (half ? 'f16' : 'f32'));
  }
  return strategy;
}

function parseRates(rates: unknown, trials: number): readonly number[] {
  if (!Array.isArray(rates)) throw new RangeError('its rates are not a list of numbers');
  return checkRates(rates, trials);
}

function refuse<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CheckpointError(`the checkpoint cannot be used: ${reason}`);
  }
}
