import { describe, expect, it } from 'vitest';
import {
  readSafetensors, SafetensorsError, writeSafetensors, type ReadOptions, type SafetensorsFile, type Tensor,
} from '../../src/io/safetensors.js';
import { CounterRandom } from '../../src/random/counter-random.js';

/** A file with this header and so many bytes of data, well formed or not. */
function fileOf(header: string | Uint8Array, dataBytes = 0): Uint8Array {
  const bytes = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const file = new Uint8Array(8 + bytes.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(bytes.length), true);
  file.set(bytes, 8);
  return file;
}

const entry = (dtype: unknown, shape: unknown, offsets: unknown): string =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });
const one = (dtype: unknown, shape: unknown, offsets: unknown): string => `{"w":${entry(dtype, shape, offsets)}}`;

function claiming(length: bigint): Uint8Array {
  const file = fileOf('{}');
  new DataView(file.buffer).setBigUint64(0, length, true);
  return file;
}

describe('a hostile header', () => {
  const good = entry('F32', [1], [0, 4]);

  it('of a foreign file that is sound is read, without a checksum', () => {
    const { tensors, checked } = readSafetensors(fileOf(` {"w":${good}} `.trim(), 4));
    expect(checked).toBe(false);
    expect(tensors.get('w')).toEqual({ dtype: 'F32', shape: [1], data: Float32Array.of(0) });
  });

  const cases: [string, Uint8Array, string][] = [
    ['no bytes', new Uint8Array(0), 'the file has 0 bytes, too few to be one; it is truncated or empty.'],
    ['7 bytes', new Uint8Array(7), 'the file has 7 bytes'],
    ['a length past the end', claiming(3n), 'the header claims 3 bytes, but 2 follow; the file is truncated.'],
    ['a length past the limit', claiming(100_000_001n), 'claims 100000001 bytes; at most 100000000 are read.'],
    ['a length of 2^64 - 1', claiming(2n ** 64n - 1n), 'claims 18446744073709551615 bytes; at most 100000000'],
    ['an empty header', fileOf(''), 'the header is not JSON'],
    ['bytes that are not UTF-8', fileOf(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), 'the header is not UTF-8'],
    ['a byte order mark', fileOf('\ufeff{}'), 'the header is not JSON'],
    ['cut JSON', fileOf('{"w":'), 'the header is not JSON; the file is damaged or of another format.'],
    ['an array', fileOf('[]'), 'the header is not a JSON object'],
    ['null', fileOf('null'), 'the header is not a JSON object'],
    ['white space before the object', fileOf(' {}'), 'the header is not a JSON object'],
    ['a tensor twice', fileOf(`{"w":${good},"w":${good}}`, 4), 'the header has the key "w" twice.'],
    ['a tensor twice, once escaped', fileOf(`{"w":${good},"\\u0077":${good}}`, 4), 'the header has the key "w" twice.'],
    ['a key of an entry twice', fileOf(`{"w":{"dtype":"U8",${good.slice(1)}}`, 4), 'has the key "dtype" twice.'],
    ['an empty name', fileOf(`{"":${good}}`, 4), 'tensor name "" is not allowed; a name has 1 to 256 characters'],
    ['a long name', fileOf(`{"${'n'.repeat(257)}":${good}}`, 4), 'nnn... is not allowed'],
    ['a control character in a name', fileOf(`{"a\\nb":${good}}`, 4), 'tensor name "a\\nb" is not allowed'],
    ['half a surrogate pair in a name', fileOf(`{"\\ud83d":${good}}`, 4), 'tensor name "\\ud83d" is not allowed'],
    ['an entry that is no object', fileOf('{"w":[1]}'), 'tensor "w": its entry is [1], not an object of dtype, shape'],
    ['an entry without offsets', fileOf('{"w":{"dtype":"F32","shape":[]}}'), 'tensor "w": its entry is'],
    ['an entry with more', fileOf(`{"w":{"x":1,${good.slice(1)}}`, 4), 'tensor "w": its entry is'],
    ['an unknown dtype', fileOf(one('F31', [1], [0, 4]), 4), 'tensor "w": dtype "F31" is not one of F64, F32,'],
    ['an inherited dtype', fileOf(one('toString', [1], [0, 4]), 4), 'dtype "toString" is not one of'],
    ['a dtype that is no string', fileOf(one(['F32'], [1], [0, 4]), 4), 'dtype ["F32"] is not one of'],
    ['a shape that is no array', fileOf(one('F32', 1, [0, 4]), 4), 'tensor "w": shape 1 is not an array of'],
    ['a negative shape', fileOf(one('F32', [-1, -1], [0, 4]), 4), 'shape [-1,-1] is not an array of non-negative'],
    ['a fractional shape', fileOf(one('F32', [0.5, 2], [0, 4]), 4), 'shape [0.5,2] is not an array of'],
    ['a negative zero', fileOf('{"w":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}'), 'is not an array of'],
    ['a shape of strings', fileOf(one('F32', ['1'], [0, 4]), 4), 'shape ["1"] is not an array of'],
    ['an unsafe size', fileOf(one('U8', [2 ** 53], [0, 0])), 'shape [9007199254740992] is not an array of'],
    ['an overflowing product', fileOf(one('U8', [2 ** 40, 2 ** 40, 0], [0, 0])), 'has too many elements to count.'],
    ['offsets that are no pair', fileOf(one('F32', [1], [0, 4, 4]), 4), '[0,4,4] is not a pair of integers'],
    ['fractional offsets', fileOf(one('F32', [1], [0.5, 4.5]), 8), '[0.5,4.5] is not a pair of integers'],
    ['offsets in reverse', fileOf(one('F32', [1], [4, 0]), 4), 'data_offsets [4, 0] do not lie, in order'],
    ['a negative offset', fileOf(one('F32', [1], [-4, 0]), 4), 'data_offsets [-4, 0] do not lie, in order'],
    ['offsets past the end', fileOf(one('F32', [2], [0, 8]), 4), '[0, 8] do not lie, in order, within the 4 bytes'],
    ['too few bytes', fileOf(one('F32', [2], [0, 4]), 4), 'hold 4 bytes, but F32 of shape [2] takes 8.'],
    ['an overlap', fileOf(`{"a":${good},"b":${entry('U8', [4], [2, 6])}}`, 6), '"b" overlaps the tensor before it'],
    ['the same place twice', fileOf(`{"a":${good},"b":${good}}`, 4), 'overlaps the tensor before it: it begins'],
    ['a hole', fileOf(`{"a":${good},"b":${entry('U8', [1], [5, 6])}}`, 6), '"b" leaves a hole before it: it begins at'],
    ['a hole at the start', fileOf(one('F32', [1], [4, 8]), 8), 'hole before it: it begins at byte 4, not 0.'],
    ['data that belongs to none', fileOf(`{"w":${good}}`, 6), '2 bytes after the last tensor belong to none.'],
    ['metadata that is no object', fileOf('{"__metadata__":[]}'), '__metadata__ is [], not an object.'],
    ['metadata of numbers', fileOf('{"__metadata__":{"a":1}}'), 'metadata "a" is 1; it must be a string.'],
    ['a wrong checksum', fileOf('{"__metadata__":{"latch.crc32":"x"}}'), 'but the file says "x"; it was altered after'],
  ];

  it.each(cases)('with %s is refused, saying so', (_, file, message) => {
    expect(() => readSafetensors(file)).toThrow(SafetensorsError);
    expect(() => readSafetensors(file)).toThrow(message);
  });

  it('longer than the reader allows is refused before it is parsed', () => {
    expect(() => readSafetensors(fileOf('{}      '), { maxHeaderBytes: 7 })).toThrow(
      'the header claims 8 bytes; at most 7 are read.',
    );
  });

  it('without a checksum is refused where one is required', () => {
    expect(() => readSafetensors(fileOf('{}'), { requireChecksum: true })).toThrow(
      'the metadata has no latch.crc32; the file was altered, or not written by Latch.',
    );
  });

  it('with a million open brackets is refused, not crashed on', () => {
    expect(() => readSafetensors(fileOf('{"w":' + '['.repeat(1e6)))).toThrow(SafetensorsError);
    expect(() => readSafetensors(fileOf(`{"w":${'['.repeat(1e6)}${']'.repeat(1e6)}}`))).toThrow(SafetensorsError);
  });
});

const tensors: Record<string, Tensor> = {
  weight_ih_l0: { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 1e-3) },
  step: { dtype: 'U32', shape: [], data: Uint32Array.of(1000) },
};
const original = writeSafetensors(tensors, { model: '{"units":2}' });
const content = readSafetensors(original);

/** The file's content, or undefined where it is refused; any other failure than a refusal fails the test. */
function readOrRefuse(bytes: Uint8Array, options: ReadOptions): SafetensorsFile | undefined {
  try {
    return readSafetensors(bytes, options);
  } catch (error) {
    expect(error).toBeInstanceOf(SafetensorsError);
    return undefined;
  }
}

function* bitFlips(): Generator<[string, Uint8Array]> {
  for (let byte = 0; byte < original.length; byte++) {
    for (let bit = 0; bit < 8; bit++) {
      const mutant = original.slice();
      mutant[byte] ^= 1 << bit;
      yield [`byte ${byte}, bit ${bit}`, mutant];
    }
  }
}

describe('a damaged file', () => {
  it('truncated at any length is refused', () => {
    for (let length = 0; length < original.length; length++) {
      expect(readOrRefuse(original.subarray(0, length), {}), `${length} bytes`).toBeUndefined();
    }
  });

  it('with bytes appended is refused', () => {
    for (const extra of [1, 4, 8]) {
      const longer = new Uint8Array(original.length + extra);
      longer.set(original);
      expect(readOrRefuse(longer, {}), `${extra} more bytes`).toBeUndefined();
    }
  });

  it('with any one bit flipped is refused or holds exactly the same, where a checksum is required', () => {
    let refused = 0;
    for (const [where, mutant] of bitFlips()) {
      const read = readOrRefuse(mutant, { requireChecksum: true });
      if (read === undefined) refused++;
      else expect(read, where).toEqual(content);
    }
    // Nearly every flip matters: all of the data's, and the header's outside its padding.
    expect(refused).toBeGreaterThan((original.length - 8) * 8);
  });

  it('with any one bit flipped is never passed off as checked', () => {
    for (const [where, mutant] of bitFlips()) {
      const read = readOrRefuse(mutant, {});
      if (read?.checked) expect(read, where).toEqual(content);
    }
  });

  it.each([1, 2, 3])('with bytes changed, dropped or repeated is refused or holds the same (seed %i)', (seed) => {
    const random = new CounterRandom(seed, 0);
    for (let round = 0; round < 2000; round++) {
      const bytes = [...original];
      for (let edits = 1 + random.integer(3); edits > 0; edits--) {
        const at = random.integer(bytes.length);
        const kind = random.integer(3);
        if (kind === 0) bytes[at] = random.integer(256);
        else if (kind === 1) bytes.splice(at, 1 + random.integer(4));
        else bytes.splice(at, 0, ...bytes.slice(at, at + 1 + random.integer(4)));
      }
      const read = readOrRefuse(Uint8Array.from(bytes), { requireChecksum: true });
      if (read !== undefined) expect(read, `round ${round}`).toEqual(content);
    }
  });

  it('whose header was rewritten to swap two tensors is refused', () => {
    const pair = (a: string, b: string): Uint8Array => {
      return writeSafetensors({
        [a]: { dtype: 'F32', shape: [1], data: Float32Array.of(1) },
        [b]: { dtype: 'F32', shape: [1], data: Float32Array.of(2) },
      });
    };
    const header = new TextDecoder('latin1').decode(pair('aa', 'bb'));
    const swapped = header.replace('"aa"', '"xx"').replace('"bb"', '"aa"').replace('"xx"', '"bb"');
    expect(readOrRefuse(Uint8Array.from(swapped, (character) => character.charCodeAt(0)), {})).toBeUndefined();
    expect(readOrRefuse(pair('aa', 'bb'), {})).toBeDefined();
  });
});
