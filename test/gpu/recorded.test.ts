import { describe, expect, test } from 'vitest';
import { expectClose, expectEqualBits } from '../support/close.js';
import { testDevice } from '../support/gpu.js';
import { type RecordingCase, recordingProgram, recordInReference, recordOnGpu, startOf } from '../support/recorded.js';

const SEED = 31;
const shape = { units: 6, timeSteps: 5, batch: 3 };
const ragged = [[5, 2, 0], [1, 5, 3]];

const rows: RecordingCase[] = [
  { cell: 'rnn', ...shape, driver: 'step', tiles: 'software' },
  { cell: 'rnn', ...shape, units: 3, driver: 'sequence', tiles: 'vectors' },
  { cell: 'lstm', ...shape, driver: 'sequence', tiles: 'software', options: { bidirectional: true, layers: 2 } },
  { cell: 'lstm', ...shape, units: 17, driver: 'step', tiles: 'vectors', lengths: ragged },
  { cell: 'gru', ...shape, driver: 'step', tiles: 'hardware', options: { zoneout: 0.2 }, lengths: ragged },
  { cell: 'gru-before', ...shape, driver: 'sequence', tiles: 'software' },
  { cell: 'lstm-peephole', ...shape, driver: 'step', tiles: 'vectors', lengths: ragged,
    options: { bidirectional: true } },
  { cell: 'lstm-layer-norm', ...shape, driver: 'step', tiles: 'software', lengths: ragged },
  { cell: 'lstm-projected', ...shape, driver: 'step', tiles: 'vectors', options: { projection: 3 }, lengths: ragged },
  { cell: 'lstm-1997', ...shape, driver: 'step', tiles: 'vectors', options: { size: 2, layers: 2 } },
  { cell: 'lstm-1997', ...shape, driver: 'sequence', tiles: 'software', options: { truncated: true }, lengths: ragged },
  { cell: 'depth-gated', ...shape, driver: 'step', tiles: 'vectors', options: { layers: 2 } },
  { cell: 'clockwork', ...shape, driver: 'sequence', tiles: 'software', options: { modules: 3 } },
  { cell: 'min-gru', ...shape, timeSteps: 20, driver: 'scan', tiles: 'hardware' },
  { cell: 'min-lstm', ...shape, driver: 'scan', tiles: 'software', lengths: ragged, options: { bidirectional: true } },
];

describe('∂L/∂h_t, its norms by lag and all gradients agree with the reference', () => {
  for (const row of rows) {
    const { cell, driver, tiles, options = {}, lengths } = row;
    test(`${cell} ${JSON.stringify(options)}, ${driver}, ${tiles}${lengths ? ', ragged' : ''}`, async () => {
      const starts = [0, 1].map((trial) => startOf(row, SEED, trial));
      const device = await testDevice();
      const actual = await recordOnGpu(device, row, starts);
      starts.forEach((start, n) => {
        const expected = recordInReference(row, start, lengths?.[n]);
        expect(actual[n]!.layers.map(({ name }) => name)).toEqual(expected.layers.map(({ name }) => name));
        expected.layers.forEach(({ name, gradient, norms }, l) => {
          const own = actual[n]!.layers[l]!;
          expectClose(own.gradient, gradient, { what: `trial ${n}, ${name}`, seed: SEED, pass: 'backward' });
          expectClose(own.norms, norms, { what: `norms of trial ${n}, ${name}`, seed: SEED, pass: 'backward' });
        });
        const what = `gradient of trial ${n}`;
        expectClose(actual[n]!.gradient, expected.gradient, { what, seed: SEED, pass: 'backward' });
      });
    });
  }
});

test('the drivers record the same bits, and a trial the same in whatever company', async () => {
  const row: RecordingCase = { cell: 'lstm', ...shape, driver: 'step', tiles: 'software', lengths: ragged };
  const device = await testDevice();
  const starts = [0, 1].map((trial) => startOf(row, SEED, trial));
  const both = await recordOnGpu(device, row, starts);
  const sequence = await recordOnGpu(device, { ...row, driver: 'sequence' }, starts);
  const [alone] = await recordOnGpu(device, row, [starts[1]!], [ragged[1]!]);
  for (const name of ['gradient', 'norms'] as const) {
    both.forEach(({ layers }, n) =>
      expectEqualBits(sequence[n]!.layers[0]![name], layers[0]![name], `${name} of trial ${n}, sequence`));
    expectEqualBits(alone!.layers[0]![name], both[1]!.layers[0]![name], `${name} alone`);
  }
});

test('the driver wavefront is refused', () => {
  const row: RecordingCase = { cell: 'lstm', ...shape, driver: 'wavefront', tiles: 'software', options: { layers: 2 } };
  expect(() => recordingProgram(row, { trials: 1, immediates: true }))
    .toThrow('driver is wavefront, which does not record gradients on their way: use step or sequence');
});
