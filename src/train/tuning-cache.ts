import type { Device } from '../gpu/device.js';
import { checkInteger, checkNumber } from '../model/check.js';
import { fieldsOf } from '../model/parse.js';
import { checkDriver, type Workload } from '../schedule/tiles.js';
import { parseStrategy } from './strategy-record.js';
import { type SearchOptions, searchStrategy, type Tried, type Tuning } from './tuning.js';

/** The package's: kernels of another version may have another best cut. */
export const LIBRARY_VERSION = '0.1.0';

export type TunedOptions = Pick<SearchOptions, 'driver' | 'milliseconds'>;

const STORAGE_PREFIX = 'latch tuning ';

const memory = new Map<string, Promise<Tuning>>();

/** Forgets what is kept in memory; a browser's storage keeps it. */
export const forgetTunings = (): void => memory.clear();

/**
 * The measured choice for an adapter, a version of the library and shapes: from memory, else from the browser's
 * storage, else measured now and kept in both. Two callers at once wait for one measurement.
 */
export function tunedStrategy(device: Device, workload: Workload, options: TunedOptions = {}): Promise<Tuning> {
  const key = keyOf(device, workload, options);
  let tuning = memory.get(key);
  if (!tuning) {
    tuning = find(key, device, workload, options);
    memory.set(key, tuning);
    tuning.catch(() => memory.delete(key)); // a lost device is no reason to fail for ever
  }
  return tuning;
}

async function find(key: string, device: Device, workload: Workload, options: TunedOptions): Promise<Tuning> {
  const kept = readKept(key, workload);
  if (kept) return kept;
  const tuning = await searchStrategy(device, workload, options);
  write(key, JSON.stringify(tuning));
  return tuning;
}

function keyOf(
  { adapter, immediates }: Device, { model, timeSteps, batch, precision }: Workload,
  { driver, milliseconds }: TunedOptions,
): string {
  return STORAGE_PREFIX + JSON.stringify([
    LIBRARY_VERSION, adapter, immediates, model.layers, timeSteps, batch, precision ?? null,
    driver ?? null, milliseconds ?? null,
  ]);
}

/** What storage holds is of unknown origin: where it cannot be read it is measured again. */
function readKept(key: string, workload: Workload): Tuning | undefined {
  try {
    const text = storage()?.getItem(key);
    if (text == null) return undefined;
    const tuning = parseTuning(JSON.parse(text));
    checkDriver(workload.model, tuning.strategy.driver);
    return tuning;
  } catch {
    return undefined;
  }
}

function write(key: string, text: string): void {
  try {
    storage()?.setItem(key, text);
  } catch { /* full, or forbidden: memory keeps it */ }
}

/** None in Node and in workers; reading the property throws where a page may not use it. */
const storage = (): Storage | undefined => (globalThis as { localStorage?: Storage }).localStorage;

function parseTuning(json: unknown): Tuning {
  const { strategy, tried, chosen, timeSteps, took } = fieldsOf('a tuning', json);
  if (!Array.isArray(tried) || !Array.isArray(chosen)) throw new RangeError('a tuning lacks what was tried');
  return {
    strategy: parseStrategy(strategy), tried: tried.map(parseTried), chosen: chosen.map(String),
    timeSteps: checkInteger('timeSteps', timeSteps, 1), took: checkNumber('took', took, { min: 0 }),
  };
}

function parseTried(json: unknown): Tried {
  const { name, milliseconds, against, reason } = fieldsOf('what was tried', json);
  return {
    name: String(name),
    ...(milliseconds === undefined ? {} : { milliseconds: checkNumber('milliseconds', milliseconds, { min: 0 }) }),
    ...(against === undefined ? {} : { against: checkNumber('against', against, { min: 0 }) }),
    ...(reason === undefined ? {} : { reason: String(reason) }),
  };
}
