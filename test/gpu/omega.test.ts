import { describe, expect, test } from 'vitest';
import { expectClose, expectEqualBits } from '../support/close.js';
import { testDevice } from '../support/gpu.js';
import { type RecordingCase, recordInReference, recordOnGpu, type Start, startOf } from '../support/recorded.js';

const SEED = 47;
const shape = { units: 6, timeSteps: 5, batch: 3, omega: 2 };
const ragged = [[5, 2, 0], [1, 5, 3], [2, 4, 1]];

const rows: RecordingCase[] = [
  { cell: 'rnn', ...shape, driver: 'step', tiles: 'software' },
  { cell: 'rnn', ...shape, units: 3, batch: 9, driver: 'sequence', tiles: 'vectors' },
  { cell: 'rnn', ...shape, timeSteps: 30, omega: 0.5, driver: 'sequence', tiles: 'hardware' },
  { cell: 'rnn-sigmoid', ...shape, driver: 'sequence', tiles: 'software', lengths: ragged },
  { cell: 'rnn-sigmoid', ...shape, driver: 'step', tiles: 'vectors', lengths: ragged,
    options: { bidirectional: true } },
  { cell: 'rnn-relu', ...shape, driver: 'step', tiles: 'vectors', options: { layers: 2 } },
  { cell: 'lstm', ...shape, units: 17, driver: 'step', tiles: 'vectors', lengths: ragged },
  { cell: 'lstm', ...shape, driver: 'sequence', tiles: 'software', options: { layers: 2, bidirectional: true } },
  { cell: 'gru', ...shape, driver: 'sequence', tiles: 'hardware' },
];

/** Both have the same Ω, number of terms and gradients. */
async function compare(row: RecordingCase, starts: readonly Start[]): Promise<void> {
  const actual = await recordOnGpu(await testDevice(), row, starts);
  starts.forEach((start, n) => {
    const expected = recordInReference(row, start, row.lengths?.[n]);
    expected.layers.forEach(({ name, omega: [value, count] }, l) => {
      const own = actual[n]!.layers[l]!;
      expect(own.omega[1], `terms of trial ${n}, ${name}`).toBe(count);
      expectClose([own.omega[0]!], [value!], { what: `Ω of trial ${n}, ${name}`, seed: SEED, pass: 'backward' });
    });
    const what = `gradient of trial ${n}`;
    expectClose(actual[n]!.gradient, expected.gradient, { what, seed: SEED, pass: 'backward' });
  });
}

describe('Ω and all gradients agree with the reference', () => {
  for (const row of rows) {
    const { cell, driver, tiles, options = {}, lengths, timeSteps } = row;
    test(`${cell} ${JSON.stringify(options)}, ${driver}, ${tiles}, T ${timeSteps}${lengths ? ', ragged' : ''}`, () =>
      compare(row, [0, 1, 2].map((trial) => startOf(row, SEED, trial))));
  }

  test('where the gradient vanishes until terms are dropped', async () => {
    const row = { ...rows[0]!, timeSteps: 40 };
    const starts = [0, 1].map((trial) => startOf(row, SEED, trial, 0.1));
    for (const { outer } of starts) outer.fill(0, 0, outer.length - 4 * row.batch); // but at the last time
    const { layers: [{ omega } = { omega: [] }] } = recordInReference(row, starts[0]!);
    expect(omega[1]).toBeGreaterThan(row.batch);
    expect(omega[1], 'terms, of which some are dropped').toBeLessThan(39 * row.batch);
    await compare(row, starts);
  });
});

test('its gradient is not small beside the loss\'s', () => {
  const row = rows[0]!;
  const start = startOf(row, SEED, 0);
  const { omega: _, ...plain } = row;
  const [with2, without] = [row, plain].map((each) => recordInReference(each, start).gradient);
  expect(Math.hypot(...with2!.map((g, e) => g - without![e]!))).toBeGreaterThan(0.1 * Math.hypot(...without!));
});

test('the drivers give the same bits, and a trial the same in whatever company', async () => {
  const row: RecordingCase = { ...rows[6]!, tiles: 'software' };
  const device = await testDevice();
  const starts = [0, 1, 2].map((trial) => startOf(row, SEED, trial));
  const all = await recordOnGpu(device, row, starts);
  const sequence = await recordOnGpu(device, { ...row, driver: 'sequence' }, starts);
  const [alone] = await recordOnGpu(device, row, [starts[1]!], [ragged[1]!]);
  all.forEach(({ gradient, layers }, n) => {
    expectEqualBits(sequence[n]!.gradient, gradient, `gradient of trial ${n}, sequence`);
    expectEqualBits(sequence[n]!.layers[0]!.omega, layers[0]!.omega, `Ω of trial ${n}, sequence`);
  });
  expectEqualBits(alone!.gradient, all[1]!.gradient, 'gradient alone');
  expectEqualBits(alone!.layers[0]!.omega, all[1]!.layers[0]!.omega, 'Ω alone');
});
