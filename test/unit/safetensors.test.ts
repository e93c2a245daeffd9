import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/io/crc32.js';
import { duplicateKey } from '../../src/io/json.js';
import { readSafetensors, writeSafetensors, type Tensor } from '../../src/io/safetensors.js';

const weight: Tensor = { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, -0, NaN, Infinity, 2 ** -149, 0.1) };
const step: Tensor = { dtype: 'U32', shape: [], data: Uint32Array.of(0xffffffff) };

/** What a file holds, with the data as bytes so that -0 and NaN payloads count. */
function contentOf(file: Uint8Array): unknown {
  const { metadata, tensors } = readSafetensors(file);
  const parts = [...tensors].map(([name, { dtype, shape, data }]) => {
    return [name, dtype, shape, [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]];
  });
  return { metadata: Object.fromEntries(metadata), tensors: parts.sort() };
}

const headerOf = (file: Uint8Array): string => {
  const length = new DataView(file.buffer).getUint32(0, true);
  return new TextDecoder().decode(file.subarray(8, 8 + length));
};

describe('crc32', () => {
  it('gives the catalogued check value, whole or in parts', () => {
    const bytes = new TextEncoder().encode('123456789');
    expect(crc32(bytes)).toBe(0xcbf43926);
    expect(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4)))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });
});

describe('duplicateKey', () => {
  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"\\u0061" : 2}', 'a'],
    ['{"x":{"b":[{"c":1,"c":1}]}}', 'c'],
    ['{"x":{"a":1},"y":1,"x":2}', 'x'],
    ['{"__proto__":1,"__proto__":1}', '__proto__'],
  ])('finds it in %s', (text, key) => expect(duplicateKey(text)).toBe(key));

  it.each(['{}', '{"a":{"a":["a","a"]},"b":"a"}', '{"a":"\\"a\\":","b":"{","c":"\\\\"}', '[{"a":1},{"a":1}]'])(
    'finds none in %s',
    (text) => expect(duplicateKey(text)).toBeUndefined(),
  );

  it('survives a million brackets and a string of a million characters', () => {
    expect(duplicateKey(`${'['.repeat(1e6)}${']'.repeat(1e6)}`)).toBeUndefined();
    expect(duplicateKey(`{"a":"${'x'.repeat(1e6)}","a":1}`)).toBe('a');
  });
});

describe('a safetensors file', () => {
  it('gives back every bit of what was written', () => {
    const file = writeSafetensors({ weight, step }, { model: 'lstm \u00e9' });
    const { tensors, metadata, checked } = readSafetensors(file);
    expect(checked).toBe(true);
    expect([...metadata]).toEqual([['model', 'lstm \u00e9']]);
    expect([...tensors.keys()]).toEqual(['step', 'weight']);
    expect(tensors.get('step')).toEqual(step);
    expect(tensors.get('weight')).toEqual(weight);
  });

  it('holds every element type, each aligned to its size', () => {
    const all: Record<string, Tensor> = {
      a: { dtype: 'BOOL', shape: [1], data: Uint8Array.of(1) },
      b: { dtype: 'I8', shape: [3], data: Int8Array.of(-128, 0, 127) },
      c: { dtype: 'U8', shape: [1, 1], data: Uint8Array.of(255) },
      d: { dtype: 'I16', shape: [1], data: Int16Array.of(-32768) },
      e: { dtype: 'U16', shape: [1], data: Uint16Array.of(65535) },
      f: { dtype: 'F16', shape: [1], data: Uint16Array.of(0x3c00) },
      g: { dtype: 'BF16', shape: [1], data: Uint16Array.of(0x3f80) },
      h: { dtype: 'I32', shape: [1], data: Int32Array.of(-(2 ** 31)) },
      i: { dtype: 'U32', shape: [0, 5], data: new Uint32Array(0) },
      j: { dtype: 'F32', shape: [1], data: Float32Array.of(0.1) },
      k: { dtype: 'I64', shape: [1], data: BigInt64Array.of(-(2n ** 63n)) },
      l: { dtype: 'U64', shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
      m: { dtype: 'F64', shape: [2], data: Float64Array.of(Math.PI, -0) },
    };
    const file = writeSafetensors(all);
    expect(Object.fromEntries(readSafetensors(file).tensors)).toEqual(all);
    const entries = JSON.parse(headerOf(file)) as Record<string, { data_offsets: number[] }>;
    for (const [name, { data }] of Object.entries(all)) {
      expect(entries[name].data_offsets[0] % data.BYTES_PER_ELEMENT, name).toBe(0);
    }
  });

  it('has the published layout: length, JSON header padded to 8 bytes, data', () => {
    // The checksum is zlib's, of [[["step","U32",[],0,4]],[]] followed by the data.
    const file = writeSafetensors({ step });
    expect(headerOf(file)).toBe(
      '{"__metadata__":{"latch.crc32":"4198968c"},"step":{"dtype":"U32","shape":[],"data_offsets":[0,4]}}'.padEnd(104),
    );
    expect([...file.subarray(8 + 104)]).toEqual([255, 255, 255, 255]);
  });

  it('is the same bytes whatever the order of its content, as an object or a Map', () => {
    const first = writeSafetensors({ weight, step, 10: step, 9: step }, { b: '2', a: '1' });
    const second = writeSafetensors(
      new Map<string, Tensor>([['9', step], ['step', step], ['10', step], ['weight', weight]]),
      new Map([['a', '1'], ['b', '2']]),
    );
    expect(first).toEqual(second);
  });

  it('may be read from the middle of a buffer, and its tensors do not alias it', () => {
    const file = writeSafetensors({ weight });
    const shifted = new Uint8Array(file.length + 3).subarray(3);
    shifted.set(file);
    const { tensors } = readSafetensors(shifted);
    shifted.fill(0);
    expect(tensors.get('weight')).toEqual(weight);
  });

  it('may hold views of larger buffers, no tensors at all, and names with a meaning elsewhere', () => {
    const view = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
    const file = writeSafetensors(
      new Map<string, Tensor>([['__proto__', { dtype: 'F32', shape: [2], data: view }]]),
      new Map([['__proto__', 'x'], ['constructor', 'y']]),
    );
    const { tensors, metadata } = readSafetensors(file);
    expect(tensors.get('__proto__')?.data).toEqual(Float32Array.of(2, 3));
    expect([...metadata.keys()]).toEqual(['__proto__', 'constructor']);
    expect(contentOf(writeSafetensors({}))).toEqual({ metadata: {}, tensors: [] });
  });
});

describe('the writer refuses', () => {
  const wrong = (tensor: unknown): (() => Uint8Array) => () => writeSafetensors({ w: tensor as Tensor });

  it.each([
    ['an unknown dtype', wrong({ ...step, dtype: 'F8' }), 'tensor "w": unknown dtype "F8".'],
    ['the wrong array', wrong({ ...step, dtype: 'F32' }), 'tensor "w": the data of F32 must be a Float32Array.'],
    ['the wrong size', wrong({ ...step, shape: [2] }), 'tensor "w": shape [2] has 2 elements, but the data has 1.'],
    ['a fractional shape', wrong({ ...step, shape: [0.5, 2] }), 'tensor "w": shape [0.5,2] is not an array of'],
    ['an empty name', () => writeSafetensors({ '': step }), 'tensor name "" is not allowed'],
    ['the metadata\'s name', () => writeSafetensors({ __metadata__: step }), 'is reserved for the metadata.'],
    ['a checksum given', () => writeSafetensors({}, { 'latch.crc32': '0' }), 'is the writer\'s own; leave it out.'],
    ['metadata that is no string', () => writeSafetensors({}, { n: 1 } as never), 'metadata "n" must be a string.'],
  ])('%s', (_, write, message) => expect(write).toThrow(message));
});
