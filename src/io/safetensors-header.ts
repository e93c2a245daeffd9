import { crc32 } from './crc32.js';
import { duplicateKey } from './json.js';

/** What each element type is in memory. F16 and BF16 are kept as their bits, BOOL as bytes. Little-endian. */
export const tensorArrays = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};
export type Dtype = keyof typeof tensorArrays;

/** What the header says of a tensor: bytes [begin, end) of the data section. */
export interface TensorEntry {
  name: string;
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

/** The file, or what was to be written, is no valid safetensors file; the message says what is wrong, and where. */
export class SafetensorsError extends Error {
  override name = 'SafetensorsError';
  constructor(message: string) {
    super(`safetensors: ${message}`);
  }
}

export const METADATA_KEY = '__metadata__';
export const CHECKSUM_KEY = 'latch.crc32';
const MAX_NAME = 256;

/** A value from the file, quoted and cut to a length fit for a message. */
export function quote(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    // JSON.parse is not recursive, JSON.stringify is: brackets nested deep enough exhaust its stack.
    text = 'a value nested too deeply to show';
  }
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

export function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(tensorArrays, value);
}

export function checkName(name: string): void {
  if (name === '' || name.length > MAX_NAME || /\p{Cc}|\p{Cs}/u.test(name)) {
    throw new SafetensorsError(
      `tensor name ${quote(name)} is not allowed; a name has 1 to ${MAX_NAME} characters and no control characters.`,
    );
  }
}

/**
 * The number of elements.
 * @throws SafetensorsError unless the shape is an array of non-negative integers with a product below 2^53
 */
export function elementCount(name: string, shape: unknown): number {
  const allowed = (size: number): boolean => Number.isSafeInteger(size) && size >= 0 && !Object.is(size, -0);
  if (!Array.isArray(shape) || !shape.every(allowed)) {
    const problem = `shape ${quote(shape)} is not an array of non-negative integers`;
    throw new SafetensorsError(`tensor ${quote(name)}: ${problem}.`);
  }
  let count = 1;
  for (const size of shape as number[]) {
    count *= size;
    if (!Number.isSafeInteger(count)) {
      throw new SafetensorsError(`tensor ${quote(name)}: shape ${quote(shape)} has too many elements to count.`);
    }
  }
  return count;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkEntry(name: string, value: unknown, dataBytes: number): TensorEntry {
  checkName(name);
  const fail = (problem: string): never => {
    throw new SafetensorsError(`tensor ${quote(name)}: ${problem}.`);
  };
  if (!isPlainObject(value) || Object.keys(value).sort().join() !== 'data_offsets,dtype,shape') {
    return fail(`its entry is ${quote(value)}, not an object of dtype, shape and data_offsets`);
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) return fail(`dtype ${quote(dtype)} is not one of ${Object.keys(tensorArrays).join(', ')}`);
  const count = elementCount(name, shape);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((offset) => Number.isSafeInteger(offset))) {
    return fail(`data_offsets ${quote(offsets)} is not a pair of integers`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin < 0 || begin > end || end > dataBytes) {
    return fail(`data_offsets [${begin}, ${end}] do not lie, in order, within the ${dataBytes} bytes of data`);
  }
  const bytes = count * tensorArrays[dtype].BYTES_PER_ELEMENT;
  if (end - begin !== bytes) {
    return fail(`data_offsets hold ${end - begin} bytes, but ${dtype} of shape ${quote(shape)} takes ${bytes}`);
  }
  return { name, dtype, shape: shape as number[], begin, end };
}

function checkMetadata(value: unknown): Map<string, string> {
  if (!isPlainObject(value)) throw new SafetensorsError(`${METADATA_KEY} is ${quote(value)}, not an object.`);
  return new Map(Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text !== 'string') {
      throw new SafetensorsError(`metadata ${quote(key)} is ${quote(text)}; it must be a string.`);
    }
    return [key, text];
  }));
}

/** The tensors must tile the data: no byte belongs to two of them, or to none. */
function checkCoverage(entries: readonly TensorEntry[], dataBytes: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      const problem = begin < covered ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw new SafetensorsError(`tensor ${quote(name)} ${problem}: it begins at byte ${begin}, not ${covered}.`);
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw new SafetensorsError(`${dataBytes - covered} bytes after the last tensor belong to none.`);
  }
}

/**
 * Reads the header as hostile input.
 * @param header the JSON text's bytes, padding included
 * @param dataBytes size of the data section
 * @throws SafetensorsError at the first thing that is wrong
 */
export function parseHeader(
  header: Uint8Array,
  dataBytes: number,
): { entries: TensorEntry[]; metadata: Map<string, string> } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    throw new SafetensorsError('the header is not UTF-8; the file is damaged or of another format.');
  }
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    throw new SafetensorsError('the header is not JSON; the file is damaged or of another format.');
  }
  if (!isPlainObject(root) || !text.startsWith('{')) {
    throw new SafetensorsError('the header is not a JSON object; the file is of another format.');
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw new SafetensorsError(`the header has the key ${quote(twice)} twice.`);

  const metadata = Object.hasOwn(root, METADATA_KEY) ? checkMetadata(root[METADATA_KEY]) : new Map<string, string>();
  const entries: TensorEntry[] = [];
  for (const [name, value] of Object.entries(root)) {
    if (name !== METADATA_KEY) entries.push(checkEntry(name, value, dataBytes));
  }
  checkCoverage(entries, dataBytes);
  return { entries, metadata };
}

/** Ascending by UTF-16 code units, the same in every locale. */
export function byKey(a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

/**
 * CRC-32 over everything the file says: name, type, shape and place of each tensor, the other metadata, the data.
 * The order of the header's keys, its escapes and its white space say nothing and do not count.
 * @returns 8 hexadecimal digits
 */
export function checksum(
  entries: readonly TensorEntry[],
  metadata: ReadonlyMap<string, string>,
  data: Uint8Array,
): string {
  const tensors = entries.map(({ name, dtype, shape, begin, end }) => [name, dtype, shape, begin, end] as const);
  const others = [...metadata].filter(([key]) => key !== CHECKSUM_KEY);
  const header = JSON.stringify([tensors.toSorted(byKey), others.sort(byKey)]);
  return crc32(data, crc32(new TextEncoder().encode(header))).toString(16).padStart(8, '0');
}
