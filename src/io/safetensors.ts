/**
 * The safetensors format (https://github.com/huggingface/safetensors#format): the header's length (u64,
 * little-endian), the header (a JSON object, padded with spaces), the data. Files written here also carry a checksum
 * in their metadata, so that one altered bit is noticed; other programs ignore it.
 */
import {
  byKey, checkName, checksum, CHECKSUM_KEY, elementCount, isDtype, METADATA_KEY, parseHeader, quote, SafetensorsError,
  tensorArrays, type Dtype, type TensorEntry,
} from './safetensors-header.js';

export { SafetensorsError, type Dtype } from './safetensors-header.js';

type TensorOf<D extends Dtype> = {
  dtype: D;
  /** Outermost dimension first; [] is a scalar */
  shape: readonly number[];
  /** Row-major. F16 and BF16 as their bits, BOOL as bytes */
  data: InstanceType<(typeof tensorArrays)[D]>;
};

export type Tensor = { [D in Dtype]: TensorOf<D> }[Dtype];

export interface SafetensorsFile {
  /** Without the checksum */
  metadata: Map<string, string>;
  tensors: Map<string, Tensor>;
  /** Whether the file carried a checksum (which was right, or it would have been refused) */
  checked: boolean;
}

export interface ReadOptions {
  /** Longest header that is parsed. Default 100,000,000, the format's own limit. */
  maxHeaderBytes?: number;
  /** Refuse a file without a checksum, as a checkpoint's reader should. Default false: other programs write none. */
  requireChecksum?: boolean;
}

const PREFIX_BYTES = 8;
const ALIGNMENT = 8;

type Named<T> = ReadonlyMap<string, T> | Readonly<Record<string, T>>;

function sortedEntries<T>(named: Named<T>): [string, T][] {
  return (named instanceof Map ? [...named] : Object.entries(named as Record<string, T>)).sort(byKey);
}

function checkTensor(name: string, tensor: Tensor): void {
  checkName(name);
  if (name === METADATA_KEY) throw new SafetensorsError(`tensor name ${quote(name)} is reserved for the metadata.`);
  const { dtype, shape, data } = tensor;
  if (!isDtype(dtype)) throw new SafetensorsError(`tensor ${quote(name)}: unknown dtype ${quote(dtype)}.`);
  if (!(data instanceof tensorArrays[dtype])) {
    throw new SafetensorsError(`tensor ${quote(name)}: the data of ${dtype} must be a ${tensorArrays[dtype].name}.`);
  }
  const count = elementCount(name, shape);
  if (count !== data.length) {
    throw new SafetensorsError(
      `tensor ${quote(name)}: shape ${quote(shape)} has ${count} elements, but the data has ${data.length}.`,
    );
  }
}

/** Larger elements first, then by name: every tensor begins at a multiple of its element size. */
function place(tensors: readonly [string, Tensor][]): { entries: TensorEntry[]; dataBytes: number } {
  const order = tensors.toSorted(
    ([, a], [, b]) => tensorArrays[b.dtype].BYTES_PER_ELEMENT - tensorArrays[a.dtype].BYTES_PER_ELEMENT,
  );
  let end = 0;
  const entries = order.map(([name, { dtype, shape, data }]): TensorEntry => {
    const begin = end;
    end += data.byteLength;
    return { name, dtype, shape: [...shape], begin, end };
  });
  return { entries, dataBytes: end };
}

/** The header's JSON as bytes: keys sorted, padded with spaces so that the data begins at a multiple of 8. */
function headerBytes(entries: readonly TensorEntry[], metadata: ReadonlyMap<string, string>): Uint8Array {
  const keyed = entries.map(({ name, dtype, shape, begin, end }): [string, unknown] => {
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  // Written by hand because an object would move number-like keys to the front, and give `__proto__` a meaning.
  const object = (pairs: readonly [string, string][]): string =>
    `{${pairs.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
  const json = (pairs: readonly [string, unknown][]): [string, string][] =>
    pairs.toSorted(byKey).map(([key, value]) => [key, JSON.stringify(value)]);
  const text = object([[METADATA_KEY, object(json([...metadata]))], ...json(keyed)]);
  const unpadded = new TextEncoder().encode(text);
  const padded = new Uint8Array(Math.ceil(unpadded.length / ALIGNMENT) * ALIGNMENT).fill(0x20);
  padded.set(unpadded);
  return padded;
}

/**
 * The bytes of a safetensors file. Equal content gives equal bytes, whatever the order it was given in.
 * @param metadata strings to keep beside the tensors; `latch.crc32` is added
 * @throws SafetensorsError when a name, type, shape or metadata value is not allowed, naming it
 */
export function writeSafetensors(tensors: Named<Tensor>, metadata: Named<string> = {}): Uint8Array {
  const sorted = sortedEntries(tensors);
  for (const [name, tensor] of sorted) checkTensor(name, tensor);
  const strings = new Map(sortedEntries(metadata));
  for (const [key, value] of strings) {
    if (key === CHECKSUM_KEY) throw new SafetensorsError(`metadata ${quote(key)} is the writer's own; leave it out.`);
    if (typeof value !== 'string') throw new SafetensorsError(`metadata ${quote(key)} must be a string.`);
  }

  const { entries, dataBytes } = place(sorted);
  const data = new Uint8Array(dataBytes);
  const byName = new Map(sorted);
  for (const { name, begin } of entries) {
    const { buffer, byteOffset, byteLength } = (byName.get(name) as Tensor).data;
    data.set(new Uint8Array(buffer, byteOffset, byteLength), begin);
  }
  strings.set(CHECKSUM_KEY, checksum(entries, strings, data));

  const header = headerBytes(entries, strings);
  const file = new Uint8Array(PREFIX_BYTES + header.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, PREFIX_BYTES);
  file.set(data, PREFIX_BYTES + header.length);
  return file;
}

function headerLength(bytes: Uint8Array, maxHeaderBytes: number): number {
  if (bytes.length < PREFIX_BYTES) {
    throw new SafetensorsError(`the file has ${bytes.length} bytes, too few to be one; it is truncated or empty.`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes)) {
    throw new SafetensorsError(`the header claims ${length} bytes; at most ${maxHeaderBytes} are read.`);
  }
  if (length > BigInt(bytes.length - PREFIX_BYTES)) {
    throw new SafetensorsError(
      `the header claims ${length} bytes, but ${bytes.length - PREFIX_BYTES} follow; the file is truncated.`,
    );
  }
  return Number(length);
}

function extractTensor({ dtype, shape, begin, end }: TensorEntry, data: Uint8Array): Tensor {
  const copy = new Uint8Array(end - begin);
  copy.set(data.subarray(begin, end));
  return { dtype, shape, data: new tensorArrays[dtype](copy.buffer) } as Tensor;
}

/**
 * Reads a safetensors file as hostile input: the whole file is checked before anything is returned.
 * @param bytes the file; the tensors are copies of its parts
 * @throws SafetensorsError when the file is truncated, altered or malformed, saying what is wrong and in which tensor
 */
export function readSafetensors(bytes: Uint8Array, options: ReadOptions = {}): SafetensorsFile {
  const { maxHeaderBytes = 100_000_000, requireChecksum = false } = options;
  const dataBegin = PREFIX_BYTES + headerLength(bytes, maxHeaderBytes);
  const data = bytes.subarray(dataBegin);
  const { entries, metadata } = parseHeader(bytes.subarray(PREFIX_BYTES, dataBegin), data.length);

  const expected = metadata.get(CHECKSUM_KEY);
  if (expected === undefined && requireChecksum) {
    throw new SafetensorsError(`the metadata has no ${CHECKSUM_KEY}; the file was altered, or not written by Latch.`);
  }
  if (expected !== undefined) {
    const actual = checksum(entries, metadata, data);
    if (actual !== expected) {
      throw new SafetensorsError(
        `the checksum is ${actual}, but the file says ${quote(expected)}; it was altered after it was written.`,
      );
    }
    metadata.delete(CHECKSUM_KEY);
  }
  const tensors = new Map(entries.map((entry) => [entry.name, extractTensor(entry, data)]));
  return { metadata, tensors, checked: expected !== undefined };
}
