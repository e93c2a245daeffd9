import { describe, expect, test } from 'vitest';
import { textCorpus } from '../../src/data/text.js';
import { readSafetensors, type Tensor, writeSafetensors } from '../../src/io/safetensors.js';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import { adam } from '../../src/model/optimizers.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import type { Strategy } from '../../src/schedule/tiles.js';
import { decodeCheckpoint } from '../../src/train/checkpoint-read.js';
import { createReferenceTrainer } from '../../src/train/create.js';
import { errorOf, letters } from '../support/letters.js';

const KEY = 'latch.checkpoint';
const STRATEGY: Strategy = {
  driver: 'sequence', matmul: { rows: 16, columns: 2 }, recurrence: { rows: 4, quad: true, width: 8 }, columnLanes: 16,
  sequence: { flops: 456, sideBySide: 7 }, submitFlops: 123,
};
const corpus = textCorpus(letters(200, 1));
const model = sequential([embedding(11, 3), lstm(5), linear(11)]);
const trainer = await createReferenceTrainer(model, { timeSteps: 6, batch: 3, optimizer: adam() });
for await (const { step } of trainer.fit(corpus, { steps: 3 })) expect(step).toBeGreaterThan(0);
const bytes = await trainer.checkpoint();
const original = decodeCheckpoint(bytes);
const { metadata, tensors } = readSafetensors(bytes);
const settings = JSON.parse(metadata.get(KEY)!) as Record<string, unknown>;

const refusal = (file: Uint8Array): Promise<string> => errorOf(() => decodeCheckpoint(file));

/** The file with other settings and tensors, its checksum right: what a forger would write. */
const withText = (text: string): Uint8Array => writeSafetensors(tensors, { [KEY]: text });
const withSettings = (changed: Record<string, unknown>): Uint8Array =>
  withText(JSON.stringify({ ...settings, ...changed }));
function withTensors(changed: Record<string, Tensor | undefined>): Uint8Array {
  const all = new Map(tensors);
  for (const [name, tensor] of Object.entries(changed)) {
    if (tensor) all.set(name, tensor);
    else all.delete(name);
  }
  return writeSafetensors(all, { [KEY]: metadata.get(KEY)! });
}
const layers = (index: number, changed: Record<string, unknown>): Record<string, unknown> => ({
  model: model.layers.map((layer, i) => (i === index ? { ...layer, ...changed } : layer)),
});
const F64 = (shape: number[], fill: number): Tensor => ({
  dtype: 'F64', shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(fill),
});

test('the forger\'s tools leave a sound file sound', () => {
  expect(decodeCheckpoint(withSettings({}))).toEqual(original);
  expect(decodeCheckpoint(withTensors({}))).toEqual(original);
});

describe('a damaged file is refused', () => {
  test('truncated at any length', async () => {
    const { length } = bytes;
    const lengths = [0, 7, 8, 100, length >> 2, length >> 1, length - 8, length - 1];
    for (const n of lengths) expect(await refusal(bytes.subarray(0, n)), `${n} bytes`).toMatch(/^SafetensorsError: /);
    expect(await refusal(bytes.subarray(0, length - 1))).toContain('do not lie, in order, within the');
    expect(await refusal(bytes.subarray(0, 1000))).toContain('the file is truncated');
  });

  test('with one bit flipped, or it holds exactly the same (seed 3)', async () => {
    const random = new CounterRandom(3, 0);
    let refused = 0;
    for (let n = 0; n < 300; n++) {
      const mutant = bytes.slice();
      const at = random.integer(bytes.length);
      mutant[at] ^= 1 << random.integer(8);
      const message = await refusal(mutant);
      if (message === 'nothing was thrown') expect(decodeCheckpoint(mutant), `byte ${at}`).toEqual(original);
      else expect(message, `byte ${at}`).toMatch(/^SafetensorsError: /);
      refused += message === 'nothing was thrown' ? 0 : 1;
    }
    expect(refused).toBeGreaterThan(290);
  });

  test('with one bit of its values flipped, by its checksum', async () => {
    const mutant = bytes.slice();
    mutant[mutant.length - 1] ^= 1;
    expect(await refusal(mutant)).toMatch(/^SafetensorsError: safetensors: the checksum is \w{8}, but the file says/);
  });
});

describe('a sound safetensors file that is no checkpoint of this Latch is refused', () => {
  const one = F64([1], 1);
  const foreign = new TextEncoder().encode('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  ');
  const unchecked = new Uint8Array(8 + foreign.length + 4);
  unchecked[0] = foreign.length;
  unchecked.set(foreign, 8);
  const cases: [string, Uint8Array, string][] = [
    ['of another program', unchecked,
      'SafetensorsError: safetensors: the metadata has no latch.crc32; the file was altered, or not written by Latch.'],
    ['without settings', writeSafetensors({ one }),
      'CheckpointError: the file has no "latch.checkpoint" in its metadata: it is not a checkpoint of a Latch run'],
    ['of another version', withSettings({ version: 2 }),
      'CheckpointError: the checkpoint cannot be used: its version is 2, this Latch reads version 1'],
    ['whose settings are cut', withText('{"version":1'), 'CheckpointError: the checkpoint cannot be used: Expected'],
    ['whose settings are null', withText('null'),
      'CheckpointError: the checkpoint cannot be used: its metadata is not an object'],
    ['whose settings are a list', withText('[]'),
      'CheckpointError: the checkpoint cannot be used: its metadata is not an object'],
  ];
  for (const [name, file, message] of cases) {
    test(name, async () => expect(await refusal(file)).toContain(message));
  }
});

describe('a tensor that does not fit is refused', () => {
  const moment = 'optimizer.exp_avg_sq.2.bias';
  const cases: [string, Uint8Array, string][] = [
    ['missing', withTensors({ '2.bias': undefined }), 'the checkpoint lacks the tensor "2.bias" of its model'],
    ['a missing state', withTensors({ 'state.1.cell_l0': undefined }),
      'the checkpoint lacks the tensor "state.1.cell_l0" of its model'],
    ['too many', withTensors({ '3.weight': F64([1], 0) }),
      'the checkpoint has a tensor "3.weight" that its model does not have'],
    ['transposed', withTensors({ '2.weight': F64([5, 11], 0) }),
      'tensor "2.weight" has shape [5,11], its model needs [11,5]'],
    ['flat', withTensors({ '2.weight': F64([55], 0) }), 'tensor "2.weight" has shape [55], its model needs [11,5]'],
    ['of whole numbers', withTensors({ '2.bias': { dtype: 'I32', shape: [11], data: new Int32Array(11) } }),
      'tensor "2.bias" has dtype I32: F32 or F64 is needed'],
    ['of half precision', withTensors({ '2.bias': { dtype: 'F16', shape: [11], data: new Uint16Array(11) } }),
      'tensor "2.bias" has dtype F16: F32 or F64 is needed'],
    ...[NaN, Infinity, -Infinity, 1e39].map((value): [string, Uint8Array, string] =>
      [`of ${value}`, withTensors({ '2.bias': F64([11], value) }),
        'tensor "2.bias" holds NaN, infinity or more than float32 can']),
    ['of negative squares', withTensors({ [moment]: F64([11], -1e-9) }),
      `tensor "${moment}" holds a negative mean of squares`],
    ['called __proto__',
      writeSafetensors(new Map([...tensors, ['__proto__', F64([1], 0)]]), { [KEY]: metadata.get(KEY)! }),
      'the checkpoint has a tensor "__proto__" that its model does not have'],
    ['called toString', withTensors({ toString: F64([1], 0) }),
      'the checkpoint has a tensor "toString" that its model does not have'],
  ];
  for (const [name, file, message] of cases) {
    test(name, async () => expect(await refusal(file)).toBe(`CheckpointError: ${message}`));
  }
});

describe('a setting that cannot be is refused', () => {
  const whole = (max: number, min = 1): string => `give a whole number from ${min} to ${max}`;
  const cases: [Record<string, unknown>, string][] = [
    [{ timeSteps: 0 }, `timeSteps is 0: ${whole(65536)}`],
    [{ timeSteps: 1e12 }, `timeSteps is 1000000000000: ${whole(65536)}`],
    [{ timeSteps: '6' }, `timeSteps is "6": ${whole(65536)}`],
    [{ timeSteps: null }, `timeSteps is null: ${whole(65536)}`],
    [{ batch: 65536 }, `batch is 65536: ${whole(65535)}`],
    [{ seeds: 1 }, 'its seeds are not a list of numbers'],
    [{ seeds: [] }, `number of trials is 0: ${whole(65535)}`],
    [{ seeds: [-1] }, `seed is -1: ${whole(2 ** 32 - 1, 0)}`],
    [{ seeds: ['1'] }, `seed is "1": ${whole(2 ** 32 - 1, 0)}`],
    [{ vocabulary: 'abc' }, 'its vocabulary is not a list of characters'],
    [{ vocabulary: ['a', 'b', 'c'] }, 'its vocabulary has 3 characters, its model reads 11 and predicts 11'],
    [{ vocabulary: [...'abcdefghijkl'] }, 'its vocabulary has 12 characters, its model reads 11 and predicts 11'],
    [{ vocabulary: [...'bacdefghijk'] }, 'vocabulary symbol 1, "a" (U+0061), does not come after "b" (U+0062)'],
    [layers(2, { units: 12 }), 'its vocabulary has 11 characters, its model reads 11 and predicts 12'],
    [{ model: {} }, 'the model is not a list of layers'],
    [{ model: [] }, 'the first layer is missing'],
    [{ model: model.layers.slice(0, 2) }, 'the last layer is recurrent: end with linear(vocabulary)'],
    [{ model: [{ kind: 'input', width: 11 }, ...model.layers.slice(1)] }, 'the first layer is input: a text is tokens'],
    [layers(2, { bias: 'no' }), 'linear bias is "no": give true or false'],
    [{ model: ['lstm'] }, 'layer 0 is not an object'],
    [layers(1, { cell: 'abacus' }), 'cell "abacus" is not known: use '],
    ...['__proto__', 'constructor', 'toString'].flatMap((name): [Record<string, unknown>, string][] => [
      [layers(1, { cell: name }), `cell "${name}" is not known: use `],
      [layers(1, { kind: name }), `layer 1 is "${name}": use input, oneHot, embedding, recurrent or linear`],
      [{ optimizer: { kind: name } }, `optimizer is "${name}": use adam, sgd, rmsprop, adagrad`],
    ]),
    [layers(1, { kind: 'conv' }), 'layer 1 is "conv": use input, oneHot, embedding, recurrent or linear'],
    [layers(1, { units: 2 ** 31 }), `lstm units is 2147483648: ${whole(2 ** 31 - 1)}`],
    [layers(1, { layers: 65 }), `lstm layers is 65: ${whole(64)}`],
    [layers(1, { dropout: 1 }), 'lstm dropout is 1: give a number of at least 0 and below 1'],
    [layers(1, { bias: 'some' }), 'lstm bias is "some": use both, input, gates, none'],
    [{ optimizer: null }, 'the optimizer is not an object'],
    [{ optimizer: { ...adam(), rate: 0 } }, 'adam rate is 0: give a number of at least 1.2e-38 and at most 3.4e+38'],
    [{ optimizer: { ...adam(), beta2: 1 } }, 'adam beta2 is 1: give a number of at least 0 and below 1'],
    [{ clip: 5 }, 'clip is not an object'],
    [{ clip: { norm: '5' } }, 'clip norm is "5": give a number'],
    [{ driver: 'magic' }, 'driver is "magic": use step, sequence, scan, wavefront'],
    [{ strategy: 'fast' }, 'strategy is not an object'],
    [{ strategy: { driver: 'step', matmul: { rows: 0 } } }, 'strategy recurrence is not an object'],
    [{ rates: 0.1 }, 'its rates are not a list of numbers'],
    [{ rates: [0.1, 0.2, 0.3, 0.4] }, 'there are 4 rates for'],
    [{ step: -1 }, `step is -1: ${whole(2 ** 31 - 1, 0)}`],
    [{ step: 1.5 }, 'step is 1.5'],
    [{ recompute: 7 }, 'recompute is 7: give a whole number from 1 to 6'],
    [{ recompute: true }, 'recompute is true: give a whole number from 1 to 6'],
    [{ precision: 'f64' }, 'precision is "f64": use f32, f16'],
    [{ precision: 'f16', strategy: STRATEGY },
      'its precision is f16, and its strategy holds recurrent weights as f32'],
    [{ strategy: { ...STRATEGY, recurrence: { ...STRATEGY.recurrence, held: 'f16' } } },
      'its precision is f32, and its strategy holds recurrent weights as f16'],
    [{ strategy: { ...STRATEGY, recurrence: { ...STRATEGY.recurrence, held: 'f8' } } },
      'recurrence held is "f8": use f32, f16'],
    [{ cursor: -6 }, 'cursor is -6'],
    [{ text: null }, 'its text is not an object'],
    [{ text: { length: 200, crc32: 2 ** 32 } }, 'text crc32 is 4294967296'],
    [{ version: { toString: 1 } }, 'Cannot convert object to primitive value'],
  ];
  for (const [changed, message] of cases) {
    const given = JSON.stringify(changed);
    test(given.length > 80 ? `${given.slice(0, 80)}…: ${message}` : given, async () => {
      expect(await refusal(withSettings(changed)))
        .toContain(`CheckpointError: the checkpoint cannot be used: ${message}`);
    });
  }
});

describe('a size that the file does not hold is refused before memory is taken', () => {
  const huge = 2 ** 31 - 1;
  const cases: [Record<string, unknown>, string][] = [
    [layers(1, { units: huge }), `tensor "1.weight_ih_l0" has shape [20,3], its model needs [${4 * huge},3]`],
    [layers(0, { units: huge }), `tensor "0.weight" has shape [11,3], its model needs [11,${huge}]`],
    [layers(1, { layers: 64, units: 5 }), 'the checkpoint lacks the tensor "1.weight_ih_l1" of its model'],
    [{ batch: 65535 }, 'tensor "state.1.hidden_l0" has shape [3,5], its model needs [65535,5]'],
    [{ seeds: Array.from({ length: 65535 }, () => 1) },
      'tensor "0.weight" has shape [11,3], its model needs [65535,11,3]'],
  ];
  for (const [changed, message] of cases) {
    test(message, async () => {
      const before = process.memoryUsage();
      expect(await refusal(withSettings(changed))).toBe(`CheckpointError: ${message}`);
      const after = process.memoryUsage();
      expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(100e6);
    });
  }
});

describe('names that mean something to JavaScript mean nothing here', () => {
  test('settings with __proto__ change no object', () => {
    const text = metadata.get(KEY)!;
    const evil = '"__proto__":{"polluted":true,"strategy":{"driver":"step"}},';
    const rest = text.slice(1).replace('"optimizer":{', `"optimizer":{${evil}`);
    const read = decodeCheckpoint(withText(`{${evil}${rest}`));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(read).toEqual(original);
    expect(Object.keys(read)).not.toContain('__proto__');
  });
});
