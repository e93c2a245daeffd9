import { create, globals } from 'webgpu';
import { describe, expect, test } from 'vitest';
import { type Device, openDevice } from '../../src/gpu/device.js';
import { textCorpus } from '../../src/data/text.js';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import { recurrent } from '../../src/model/recurrent.js';
import { candidates } from '../../src/schedule/candidates.js';
import { chooseStrategy, type Strategy } from '../../src/schedule/tiles.js';
import { compileKernel } from '../../src/schedule/executable.js';
import { decodeCheckpoint } from '../../src/train/checkpoint-read.js';
import { createReferenceTrainer, resumeTrainer } from '../../src/train/create.js';
import { parseStrategy } from '../../src/train/strategy-record.js';
import { letters } from '../support/letters.js';
import { runShape, training } from '../support/programs.js';

const adapter = { name: '', vendor: '', architecture: '' };
const models = [
  sequential([embedding(11, 3), lstm(64), linear(11)]),
  sequential([embedding(11, 3), recurrent('min-gru', 5), linear(11)]),
];

const workloads = models.map((model) => ({ model, timeSteps: 32, batch: 16 }));
const adapters = [true, false].flatMap((software) =>
  [{}, { subgroup: 4 }, { subgroup: 8 }, { subgroup: 32 }].map((lanes) => ({ ...adapter, software, ...lanes })));

/** Every strategy that a table or a search can give. */
function* strategies(): Generator<Strategy> {
  for (const workload of workloads) {
    for (const each of adapters) {
      const table = chooseStrategy(each, workload);
      yield table;
      const tried = candidates(table, workload, each, { fixed: false }).flat();
      for (const { change } of tried) yield { ...table, ...change };
    }
  }
}

describe('the record of a strategy', () => {
  test('comes back from JSON whole, whatever a table or a search can choose', () => {
    const all = [...strategies()];
    expect(all.length).toBeGreaterThan(50);
    for (const strategy of all) expect(parseStrategy(JSON.parse(JSON.stringify(strategy)))).toEqual(strategy);
  });

  test('of a file from before there were lanes and stretches of sequence is read', () => {
    const { sequence, ...before } = chooseStrategy({ ...adapter, software: true }, {
      model: models[0]!, timeSteps: 32, batch: 16,
    });
    const { sequence: read, ...rest } = parseStrategy(JSON.parse(JSON.stringify(before)));
    expect(rest).toEqual(before);
    expect(Object.keys(read)).toEqual(Object.keys(sequence));
  });

  test('is tried in blocks and in lanes where there are subgroups, the table\'s own kind first', () => {
    const lanes = { ...adapter, software: false, subgroup: 32 };
    const table = chooseStrategy(lanes, workloads[0]!);
    for (const matmul of [{ rows: 8, columns: 1 }, { rows: 16, columns: 1, subgroup: 32 }]) {
      const names = candidates({ ...table, matmul }, workloads[0]!, lanes, { fixed: false }).at(-1)!
        .map(({ name }) => name);
      expect(names).toContain('matmul 8 × 4');
      expect(names).toContain('matmul 8 × 4 in 32 lanes');
      expect(names[0]!.endsWith('in 32 lanes')).toBe('subgroup' in matmul);
    }
  });
});

// Dawn's null backend: it compiles all, and computes nothing. `gpu` must outlive its devices.
const gpu = create(['backend=null']);
Object.assign(globalThis, globals);
const device = await openDevice({ gpu });

describe('a record that no table wrote', () => {
  const table = chooseStrategy({ ...adapter, software: true }, workloads[0]!);
  for (const driver of ['step', 'sequence'] as const) {
    const cuts = [{ rows: 1 }, { rows: 3 }, { rows: 7 }, { rows: 3, subgroup: 2 }, { rows: 7, subgroup: 4 }];
    for (const recurrence of cuts) {
      test(`of ${JSON.stringify(recurrence)} is read, and eight lanes compile with it: ${driver}`, async () => {
        const record = { ...table, driver, recurrence: { ...table.recurrence, ...recurrence } };
        const strategy = parseStrategy(JSON.parse(JSON.stringify(record)));
        expect(strategy.recurrence.rows).toBe(recurrence.rows);
        const model = sequential([embedding(5, 3), recurrent('depth-gated', 5, { layers: 2 }), linear(5)]);
        const kernels = training(runShape(model, { timeSteps: 2, batch: 9, strategy })).dispatches
          .map(({ kernel }) => kernel).filter(({ file }) => file.startsWith('recurrence/'));
        expect(new Set(kernels.map(({ defines }) => defines['LANES']))).toEqual(new Set([4, 8]));
        for (const kernel of kernels) await compileKernel(device, kernel);
      });
    }
  }
});

describe('a checkpoint of an adapter with subgroups of 8', () => {
  const on = (subgroup: number): Device =>
    ({ ...device, adapter: { ...adapter, name: 'llvmpipe', software: true, subgroup } });
  const model = sequential([embedding(11, 3), lstm(5), linear(11)]);
  const shape = { model, timeSteps: 6, batch: 3 };
  const kept = { ...chooseStrategy(on(8).adapter, shape), submitFlops: 123 };

  async function resumedOn(subgroup: number): Promise<Strategy | undefined> {
    const trainer = await createReferenceTrainer(model, shape);
    await trainer.load(textCorpus(letters(200, 1)));
    const checkpoint = decodeCheckpoint(await trainer.checkpoint());
    const { driver } = kept;
    const resumed = await resumeTrainer(on(subgroup), { ...checkpoint, driver, strategy: kept, adapter: 'llvmpipe' });
    resumed.destroy();
    return resumed.settings.strategy;
  }

  test('goes on with its own strategy where they are of 8', async () => {
    expect(kept.recurrence.subgroup).toBe(8);
    expect(await resumedOn(8)).toEqual(kept);
  });

  test('goes on with the table\'s choice where another driver gives an adapter of that name 4', async () => {
    expect(await resumedOn(4)).toEqual(chooseStrategy(on(4).adapter, shape, kept.driver));
  });
});
