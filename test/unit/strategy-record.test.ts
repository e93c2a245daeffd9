import { describe, expect, test } from 'vitest';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import { recurrent } from '../../src/model/recurrent.js';
import { candidates } from '../../src/schedule/candidates.js';
import { chooseStrategy, type Strategy } from '../../src/schedule/tiles.js';
import { parseStrategy } from '../../src/train/strategy-record.js';

const adapter = { name: '', vendor: '', architecture: '' };
const models = [
  sequential([embedding(11, 3), lstm(64), linear(11)]), sequential([embedding(11, 3), recurrent('min-gru', 5), linear(11)]),
];

/** Every strategy that a table or a search can give. */
function* strategies(): Generator<Strategy> {
  for (const model of models) {
    for (const software of [true, false]) {
      const workload = { model, timeSteps: 32, batch: 16 };
      const plain = chooseStrategy({ ...adapter, software }, workload);
      const { subgroup: _, ...blocks } = plain.matmul;
      for (const table of [plain, { ...plain, matmul: { ...blocks, subgroup: 8 } }, { ...plain, matmul: blocks }]) {
        yield table;
        for (const { change } of candidates(table, workload, { software, fixed: false }).flat()) {
          yield { ...table, ...change };
        }
      }
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

  test('without lanes is tried where the table has lanes', () => {
    const workload = { model: models[0]!, timeSteps: 32, batch: 16 };
    const table = chooseStrategy({ ...adapter, software: false }, workload);
    const lanes = { ...table, matmul: { rows: 8, columns: 1, subgroup: 32 } };
    const changes = candidates(lanes, workload, { software: false, fixed: false }).at(-1)!;
    expect(changes.map(({ change }) => change.matmul)).toContainEqual({ rows: 8, columns: 1 });
    expect(changes.filter(({ name }) => name.endsWith('in 32 lanes')).length).toBeGreaterThan(2);
  });
});
