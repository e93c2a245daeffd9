// Windows cut into segments, whose activations are computed again on the way back: the same step as in one go, but for
// the order in which gradients of the segments are added up.
import { describe, expect, test } from 'vitest';
import type { Driver } from '../../src/kernels/recurrence.js';
import { embedding, linear, type Model, oneHot, sequential } from '../../src/model/description.js';
import { recurrent, type RecurrentOptions } from '../../src/model/recurrent.js';
import { segmentsOf } from '../../src/model/segments.js';
import { chooseStrategy, type Strategy } from '../../src/schedule/tiles.js';
import { environment } from '../support/environment.js';
import { testDevice } from '../support/gpu.js';
import { expectSameStep, gpuStep, type Problem, referenceStep } from '../support/gpu-model.js';

interface Row {
  cell: string; options: RecurrentOptions; driver: Driver; tiles: 'software' | 'hardware';
  timeSteps: number; recompute: number; trials: number; immediates: boolean; input: 'oneHot' | 'embedding';
}

const row = (
  cell: string, options: RecurrentOptions, driver: Driver, tiles: Row['tiles'], timeSteps: number, recompute: number,
  { trials = 1, immediates = true, input = 'embedding' as Row['input'] } = {},
): Row => ({ cell, options, driver, tiles, timeSteps, recompute, trials, immediates, input });

// Masks that count time, states that go through a boundary, gradients that do; every driver; whole and broken windows.
const rows: Row[] = [
  row('lstm', { layers: 2, dropout: 0.3, zoneout: 0.2, recurrentDropout: 0.2 }, 'sequence', 'software', 7, 3,
    { trials: 3 }),
  row('lstm', { layers: 2, dropout: 0.3, zoneout: 0.2 }, 'step', 'hardware', 6, 2,
    { immediates: false, input: 'oneHot' }),
  row('gru', { zoneout: 0.2, layers: 2, dropout: 0.2 }, 'sequence', 'hardware', 5, 2, { trials: 2 }),
  row('gru-before', { recurrentDropout: 0.3 }, 'step', 'software', 5, 4),
  row('rnn', { layers: 3, dropout: 0.2 }, 'sequence', 'software', 4, 1, { input: 'oneHot', immediates: false }),
  row('min-gru', { layers: 2, zoneout: 0.2 }, 'scan', 'hardware', 9, 4, { trials: 2 }),
  row('min-lstm', {}, 'scan', 'software', 8, 4),
  row('clockwork', { modules: 3 }, 'sequence', 'hardware', 7, 2, { trials: 2 }),
  row('grid', { layers: 2 }, 'step', 'software', 5, 2),
  row('depth-gated', { layers: 2, recurrentDropout: 0.3 }, 'sequence', 'hardware', 5, 3, { input: 'oneHot' }),
  row('lstm-projected', { projection: 2, layers: 2, dropout: 0.2 }, 'sequence', 'software', 6, 4, { trials: 2 }),
  row('lstm-layer-norm', { layers: 2, zoneout: 0.1 }, 'step', 'hardware', 5, 2, { trials: 2 }),
  row('lstm-1997', { size: 2, truncated: true, bias: 'gates' }, 'sequence', 'software', 5, 2),
  row('lstm-1997', { size: 3, bias: 'gates' }, 'step', 'hardware', 5, 2),
  row('lstm-peephole', {}, 'sequence', 'hardware', 6, 3, { trials: 2 }),
  row('lstm-fgr', { layers: 2 }, 'step', 'software', 5, 2),
];

const VOCABULARY = 13;
const modelOf = ({ cell, options, input }: Row): Model => sequential([
  input === 'oneHot' ? oneHot(VOCABULARY) : embedding(VOCABULARY, 6), recurrent(cell, 5, options), linear(VOCABULARY),
]);

const BATCH = 3;

/** Products in small tiles, which compile fast: all tiles have tests of their own. */
function strategyOf({ tiles, driver, timeSteps }: Row, model: Model): Strategy {
  const adapter = { name: 'test', vendor: '', architecture: '', software: tiles === 'software' };
  return { ...chooseStrategy(adapter, { model, timeSteps, batch: BATCH }, driver), matmul: { rows: 4, columns: 1 } };
}

describe.each(environment === 'chrome' ? rows.filter((_, i) => i % 4 === 0) : rows)(
  '$cell $options, $driver, $tiles tiles, T $timeSteps in segments of $recompute, $trials trials, $input, ' +
  'immediates $immediates', (row) => {
    const model = modelOf(row);
    const problem: Problem = {
      model, timeSteps: row.timeSteps, batch: BATCH, recompute: row.recompute, strategy: strategyOf(row, model),
      seeds: Array.from({ length: row.trials }, (_, n) => 11 + 7 * n),
    };
    const outcome = testDevice(row).then((device) => gpuStep(device, problem));

    test('loss, final states and all gradients agree with the reference', async () => {
      expectSameStep(await outcome, referenceStep(problem), problem);
    });

    test('and with the window in one go; states bit for bit, but of a scan, which is cut by the window', async () => {
      const { recompute, ...whole } = problem;
      expect(segmentsOf(row.timeSteps, recompute).length).toBeGreaterThan(1);
      const expected = await gpuStep(await testDevice(row), whole);
      expectSameStep(await outcome, expected, problem);
      if (row.driver !== 'scan') expect((await outcome).states).toEqual(expected.states);
    });
  },
);
