import { describe, expect, test } from 'vitest';
import { cells } from '../../src/cells/index.js';
import { Vocabulary } from '../../src/data/text.js';
import { readSafetensors, type Tensor, writeSafetensors } from '../../src/io/safetensors.js';
import { linear, lstm, type Model, oneHot, sequential } from '../../src/model/description.js';
import { emptySnapshot, type EngineOptions, snapshotLengths } from '../../src/model/engine.js';
import { elementCount, isTrained, packParameter } from '../../src/model/layout.js';
import { adam } from '../../src/model/optimizers.js';
import { recurrent, type RecurrentOptions } from '../../src/model/recurrent.js';
import { stateBlocks, stateSize } from '../../src/model/states.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import type { Checkpoint } from '../../src/train/checkpoint.js';
import { decodeCheckpoint } from '../../src/train/checkpoint-read.js';
import { encodeCheckpoint } from '../../src/train/checkpoint-write.js';
import { errorOf } from '../support/letters.js';

const KEY = 'latch.checkpoint';
const SEED = 13;
const BATCH = 3;
const modelOf = (cell: string, units = 5, options: RecurrentOptions = {}): Model =>
  sequential([oneHot(4), recurrent(cell, units, options), linear(4)]);

/** A run that nobody has trained: random values wherever the model has one, zeros in padding. */
function madeUp(model: Model, trials: number): Checkpoint {
  const random = new CounterRandom(SEED, 0);
  const seeds = Array.from({ length: trials }, (_, n) => SEED + n);
  const run: EngineOptions = { model, timeSteps: 6, batch: BATCH, seeds, optimizer: adam(), clip: { norm: 5 } };
  const snapshot = emptySnapshot(snapshotLengths(run), true);
  for (let trial = 0; trial < trials; trial++) {
    for (const flat of [snapshot.parameters, ...Object.values(snapshot.optimizer)]) {
      for (const parameter of model.layout.parameters) {
        const values = Array.from({ length: elementCount(parameter) }, (_, e) =>
          (isTrained(parameter, e) ? 0.1 + random.next() : 0));
        packParameter(parameter, values, flat, trial * model.layout.size);
      }
    }
    let start = trial * stateSize(model, BATCH);
    for (const layer of model.layers) {
      if (layer.kind !== 'recurrent') continue;
      for (const { offset, pitch, width } of stateBlocks(layer, BATCH, start)) {
        for (let b = 0; b < BATCH; b++) {
          for (let u = 0; u < width; u++) snapshot.states[offset + b * pitch + u] = random.normal();
        }
      }
      start += stateSize({ ...model, layers: [layer] }, BATCH);
    }
  }
  return {
    ...run, driver: 'step', step: 5, cursor: 30, vocabulary: Vocabulary.from([...'abcd']),
    text: { length: 200, crc32: 1 }, adapter: 'none', snapshot,
  };
}

/** Options of every kind that the cell can have. */
function manyOptions(cell: string): RecurrentOptions {
  const { options, refuses = {}, cell: make } = cells[cell];
  const { gates, input, recurrentBias } = make({}, { layer: 0, units: 5 });
  const forget = gates.indexOf('forget');
  const own: RecurrentOptions = { peepholes: ['output'], size: 3, truncated: true, modules: 3, projection: 2 };
  const allowed = cell === 'lstm-nog' ? { peepholes: ['forget'] as const } : own;
  return {
    layers: 2, dropout: 0.25, initial: 'karpathy',
    bias: recurrentBias.length > 0 && !refuses.bothBiases ? 'both' : 'input',
    ...(refuses.recurrentDropout ? {} : { recurrentDropout: 0.125 }),
    ...(refuses.zoneout ? {} : { zoneout: 0.0625 }),
    ...(input.includes(forget) ? { forgetBias: 1.5 } : {}),
    ...Object.fromEntries(Object.entries(allowed).filter(([name]) => (options as string[]).includes(name))),
  };
}

describe(`a checkpoint of every cell read back is what was written, bit for bit (seed ${SEED})`, () => {
  for (const cell of Object.keys(cells)) {
    for (const [name, options] of [['default', {}], ['many options', manyOptions(cell)]] as const) {
      test(`${cell}, ${name} ${JSON.stringify(options)}`, () => {
        const checkpoint = madeUp(modelOf(cell, 5, options), name === 'default' ? 1 : 2);
        const bytes = encodeCheckpoint(checkpoint);
        const read = decodeCheckpoint(bytes);
        expect(read).toEqual(checkpoint);
        expect(encodeCheckpoint(read)).toEqual(bytes);
      });
    }
  }

  test('two recurrent layers of different cells keep their states apart', () => {
    const layers = [oneHot(4), recurrent('lstm-1997', 3, { size: 2 }), recurrent('lstm-projected', 6, { layers: 2 })];
    const checkpoint = madeUp(sequential([...layers, recurrent('gru', 5), linear(4)]), 2);
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual(checkpoint);
  });
});

describe('states are named by layer, state and stacked layer, in [B, units]', () => {
  const cases: [string, RecurrentOptions, Record<string, number[]>][] = [
    ['gru', { layers: 2 }, { hidden_l0: [3, 5], hidden_l1: [3, 5] }],
    ['grid', {}, { hidden_l0: [3, 5], cell_l0: [3, 5] }],
    ['lstm-projected', { projection: 2 }, { hidden_l0: [3, 2], cell_l0: [3, 5] }],
    ['lstm-1997', { size: 2 }, {
      hidden_l0: [3, 5], hidden1_l0: [3, 5], input_gate_l0: [3, 5], output_gate_l0: [3, 5], cell_l0: [3, 5],
      cell1_l0: [3, 5],
    }],
    ['lstm-fgr', {}, {
      hidden_l0: [3, 5], cell_l0: [3, 5], input_gate_l0: [3, 5], forget_gate_l0: [3, 5], output_gate_l0: [3, 5],
    }],
    ['gru-before', {}, { hidden_l0: [3, 5] }],
  ];
  for (const [cell, options, shapes] of cases) {
    test(cell, () => {
      const { tensors } = readSafetensors(encodeCheckpoint(madeUp(modelOf(cell, 5, options), 1)));
      const found = [...tensors].filter(([name]) => name.startsWith('state.'));
      expect(Object.fromEntries(found.map(([name, { shape }]) => [name, shape])))
        .toEqual(Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`state.1.${name}`, shape])));
    });
  }
});

/** The file with other layers or tensors, its checksum right. */
function forged(
  checkpoint: Checkpoint, changedLayer: Record<string, unknown>, changedTensors: Record<string, Tensor> = {},
): Uint8Array {
  const { metadata, tensors } = readSafetensors(encodeCheckpoint(checkpoint));
  const settings = JSON.parse(metadata.get(KEY)!) as { model: object[] };
  settings.model[1] = { ...settings.model[1], ...changedLayer };
  const all = new Map([...tensors, ...Object.entries(changedTensors)]);
  return writeSafetensors(all, { [KEY]: JSON.stringify(settings) });
}

test('a file of version 0.1.0, whose layers say less, is read as before', () => {
  const checkpoint = madeUp(sequential([oneHot(4), lstm(5, { layers: 2, dropout: 0.5, bias: 'input' }), linear(4)]), 1);
  const missing = ['bidirectional', 'recurrentDropout', 'zoneout', 'initial', 'options'];
  const file = forged(checkpoint, Object.fromEntries(missing.map((name) => [name, undefined])));
  expect(JSON.parse(readSafetensors(file).metadata.get(KEY)!).model[1]).toEqual(
    { kind: 'recurrent', cell: 'lstm', units: 5, layers: 2, dropout: 0.5, bias: 'input' },
  );
  expect(decodeCheckpoint(file)).toEqual(checkpoint);
});

describe('a value where a module hears no faster one is refused', () => {
  const checkpoint = madeUp(modelOf('clockwork', 4, { modules: 2 }), 2);
  const { tensors } = readSafetensors(encodeCheckpoint(checkpoint));
  // [2, 4, 4]: row 2 is the slower module's, column 1 the faster's
  const at = 16 + 2 * 4 + 1;
  for (const name of ['1.weight_hh_l0', 'optimizer.exp_avg.1.weight_hh_l0', 'optimizer.exp_avg_sq.1.weight_hh_l0']) {
    test(name, async () => {
      const data = Float64Array.from(tensors.get(name)!.data as Float64Array);
      expect(data[at]).toBe(0);
      data[at] = 0.5;
      const file = forged(checkpoint, {}, { [name]: { dtype: 'F64', shape: [2, 4, 4], data } });
      expect(await errorOf(() => decodeCheckpoint(file))).toBe(
        `CheckpointError: tensor "${name}" holds 0.5 at ${at}: it must be 0, since a module hears no faster one`,
      );
    });
  }
});

describe('a recurrent layer that cannot be is refused', () => {
  const peephole = madeUp(modelOf('lstm-peephole'), 1);
  const names = 'peepholes, size, truncated, modules, projection';
  const share = 'give a number of at least 0 and below 1';
  const cases: [Record<string, unknown>, string][] = [
    [{ cell: 5 }, 'layer 1 has the cell 5: give its name'],
    [{ cell: { toString: 1 } }, 'layer 1 has the cell {"toString":1}: give its name'],
    [{ cell: undefined }, 'layer 1 has the cell undefined: give its name'],
    [{ options: [] }, 'layer 1 options is not an object'],
    [{ options: 'all' }, 'layer 1 options is not an object'],
    [{ options: null }, 'layer 1 options is not an object'],
    [{ options: { layers: 64 } }, `layer 1 has the option "layers": use ${names}`],
    [JSON.parse('{"options":{"__proto__":{"size":2}}}') as Record<string, unknown>,
      `layer 1 has the option "__proto__": use ${names}`],
    [{ options: { peepholes: 'input' } },
      'lstm-peephole peepholes is "input": give a list of input, forget, output'],
    [{ options: { peepholes: null } }, 'lstm-peephole peepholes is null: give a list of input, forget, output'],
    [{ options: { peepholes: [null] } }, 'lstm-peephole peepholes is null: use input, forget, output'],
    [{ options: { peepholes: [{ toString: 1 }] } },
      'lstm-peephole peepholes is {"toString":1}: use input, forget, output'],
    [{ options: { size: 2 } }, 'lstm-peephole has no option size'],
    [{ cell: 'gru', options: { truncated: false } }, 'gru has no option truncated'],
    [{ cell: 'lstm-1997', bias: 'input', options: { size: '2' } },
      'lstm-1997 size is "2": give a whole number from 1 to 6'],
    [{ cell: 'lstm-1997', bias: 'input', options: { truncated: 0 } }, 'lstm-1997 truncated is 0: give true or false'],
    [{ cell: 'clockwork', options: { modules: 1e9 } },
      'clockwork modules is 1000000000: give a whole number from 1 to 5'],
    [{ cell: 'lstm-projected', options: { projection: -1 } },
      'lstm-projected projection is -1: give a whole number from 1 to 4'],
    [{ zoneout: [] }, 'lstm-peephole zoneout is []: give a number, or { hidden, cell }'],
    [{ zoneout: null }, 'lstm-peephole zoneout is null: give a number, or { hidden, cell }'],
    [{ zoneout: { hidden: '0.1' } }, `lstm-peephole zoneout of the hidden state is "0.1": ${share}`],
    [{ recurrentDropout: {} }, `lstm-peephole recurrentDropout is {}: ${share}`],
    [{ bidirectional: 'no' }, 'lstm-peephole bidirectional is "no": give true or false'],
    [{ bidirectional: true }, 'layer 1 is bidirectional, and training on a text carries states from window to window'],
    [{ bias: 'gates' }, 'lstm-peephole cannot have bias "gates"'],
    [{ initial: 'zeros' }, 'lstm-peephole initial is "zeros": use pytorch'],
    [{ forgetBias: 1e308 }, 'lstm-peephole forgetBias is 1e+308: give a number of at least -100 and at most 100'],
    [{ forgetBias: null }, 'lstm-peephole forgetBias is null: give a number of at least -100 and at most 100'],
  ];
  for (const [changed, message] of cases) {
    test(JSON.stringify(changed), async () => {
      expect(await errorOf(() => decodeCheckpoint(forged(peephole, changed))))
        .toContain(`CheckpointError: the checkpoint cannot be used: ${message}`);
    });
  }

  test('a long value is not repeated in full', async () => {
    const message = await errorOf(() => decodeCheckpoint(forged(peephole, { bias: 'b'.repeat(10_000) })));
    expect(message.length).toBeLessThan(200);
  });
});

test('a clockwork of two thousand million units is refused at once', async () => {
  const units = 2 ** 31 - 1;
  const file = forged(madeUp(modelOf('clockwork'), 1), { units });
  const start = performance.now();
  expect(await errorOf(() => decodeCheckpoint(file))).toBe(
    `CheckpointError: tensor "1.weight_ih_l0" has shape [5,4], its model needs [${units},4]`,
  );
  expect(performance.now() - start).toBeLessThan(1000);
});
