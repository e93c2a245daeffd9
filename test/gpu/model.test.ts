import { describe, test } from 'vitest';
import type { Driver } from '../../src/kernels/recurrence.js';
import { embedding, linear, type Model, oneHot, sequential } from '../../src/model/description.js';
import { type Bias, recurrent, type RecurrentOptions } from '../../src/model/recurrent.js';
import { expectEqualBits } from '../support/close.js';
import { environment } from '../support/environment.js';
import { testDevice } from '../support/gpu.js';
import { expectSameStep, gpuStep, type Outcome, type Problem, referenceStep } from '../support/gpu-model.js';
import { type AdapterKind, strategies } from '../support/kernel-case.js';

interface Row {
  cell: string; options: RecurrentOptions;
  units: number; batch: number; timeSteps: number; layers: number; trials: number;
  input: 'embedding' | 'oneHot'; bias: Bias; dropout: number; tiles: AdapterKind; immediates: boolean;
}
const row = (
  units: number, batch: number, timeSteps: number, layers: number, trials: number,
  input: Row['input'], bias: Bias, dropout: number, tiles: Row['tiles'], immediates: boolean,
): Row => ({
  cell: 'lstm', options: {}, units, batch, timeSteps, layers, trials, input, bias, dropout, tiles, immediates,
});

// Each value of a column beside each value of most others; each row runs with both drivers.
const rows: Row[] = [
  row(1, 1, 1, 1, 1, 'embedding', 'both', 0, 'software', true),
  row(3, 2, 33, 2, 3, 'oneHot', 'both', 0.5, 'hardware', true),
  row(17, 5, 2, 2, 3, 'embedding', 'input', 0.2, 'software', false),
  row(17, 32, 1, 1, 1, 'oneHot', 'none', 0, 'hardware', true),
  row(64, 5, 2, 1, 3, 'oneHot', 'input', 0, 'software', true),
  row(3, 32, 2, 2, 1, 'embedding', 'none', 0.2, 'hardware', false),
  row(1, 5, 33, 2, 3, 'embedding', 'both', 0.5, 'software', true),
  row(96, 2, 2, 2, 1, 'oneHot', 'both', 0.2, 'hardware', true),
  row(64, 1, 33, 2, 1, 'embedding', 'input', 0.5, 'hardware', true),
  row(96, 5, 1, 1, 3, 'embedding', 'none', 0, 'hardware', true),
  row(17, 2, 33, 1, 3, 'oneHot', 'none', 0, 'hardware', false),
  row(96, 32, 33, 1, 1, 'embedding', 'both', 0, 'software', true),
  row(17, 5, 33, 2, 3, 'oneHot', 'both', 0.2, 'vectors', true),
  row(33, 32, 9, 1, 1, 'embedding', 'input', 0, 'vectors', false),
];

// Each trial has parameters, states and masks of its own: cells that find them in other places than the LSTM does.
const own = (cell: string, options: RecurrentOptions, like: Row): Row =>
  ({ ...like, cell, options, ...(cell === 'lstm-1997' ? { bias: 'gates' as const } : {}) });
const tiles = {
  software: row(5, 3, 3, 2, 3, 'embedding', 'both', 0.3, 'software', true),
  hardware: row(6, 2, 4, 2, 3, 'oneHot', 'input', 0.3, 'hardware', true),
};
const cellRows: Row[] = [
  own('rnn', { recurrentDropout: 0.3 }, tiles.software), own('gru', { zoneout: 0.2 }, tiles.hardware),
  own('gru-before', { recurrentDropout: 0.3 }, tiles.software), own('lstm-fgr', {}, tiles.hardware),
  own('lstm-1997', { size: 3 }, tiles.hardware), own('lstm-1997', { truncated: true }, tiles.software),
  own('clockwork', { modules: 3, zoneout: 0.2 }, tiles.software), own('grid', { zoneout: 0.2 }, tiles.software),
  own('depth-gated', { recurrentDropout: 0.3 }, tiles.hardware), own('min-gru', { zoneout: 0.2 }, tiles.hardware),
  own('lstm-projected', { projection: 2, zoneout: 0.2 }, tiles.software), own('lstm-layer-norm', {}, tiles.hardware),
];

const VOCABULARY = 13;
const modelOf = ({ cell, options, input, units, layers, dropout, bias }: Row): Model => sequential([
  input === 'oneHot' ? oneHot(VOCABULARY) : embedding(VOCABULARY, 6),
  recurrent(cell, units, { ...options, layers, dropout, bias }),
  linear(VOCABULARY, { bias: bias !== 'none' }),
]);

describe.each(environment === 'chrome' ? [...rows, ...cellRows].filter((_, i) => i % 4 === 1) : [...rows, ...cellRows])(
  '$input, $layers × $cell($units, $options), B $batch, T $timeSteps, $trials trials, bias $bias, dropout $dropout, ' +
  '$tiles tiles, immediates $immediates', (row) => {
    const problem = (driver: Driver): Problem => ({
      model: modelOf(row), timeSteps: row.timeSteps, batch: row.batch,
      strategy: strategies(driver, row.batch)[row.tiles],
      seeds: Array.from({ length: row.trials }, (_, n) => 11 + 7 * n),
    });
    const outcomes = new Map<Driver, Promise<Outcome>>();
    const outcome = (driver: Driver): Promise<Outcome> => {
      if (!outcomes.has(driver)) {
        outcomes.set(driver, testDevice(row).then((device) => gpuStep(device, problem(driver))));
      }
      return outcomes.get(driver)!;
    };

    test('loss, final states and all gradients agree with the reference', async () => {
      expectSameStep(await outcome('step'), referenceStep(problem('step')), problem('step'));
    });

    test('the step and the sequence driver agree bit for bit', async () => {
      const [step, sequence] = [await outcome('step'), await outcome('sequence')];
      for (const name of ['loss', 'gradientNorm', 'gradient', 'states'] as const) {
        expectEqualBits(sequence[name], step[name], name);
      }
    });
  },
);
