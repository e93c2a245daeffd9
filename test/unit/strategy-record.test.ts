import { describe, expect, test } from 'vitest';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import { recurrent } from '../../src/model/recurrent.js';
import { candidates } from '../../src/schedule/candidates.js';
import { chooseStrategy, type Strategy } from '../../src/schedule/tiles.js';
import { parseStrategy } from '../../src/train/strategy-record.js';

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
