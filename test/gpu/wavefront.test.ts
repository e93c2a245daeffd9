// Stacked layers that advance together, each trial with parameters, states and masks of its own. Cells and options of a
// layer are in the matrix of cells.test.ts, windows in segments in recompute.test.ts.
import { afterAll, describe, expect, test } from 'vitest';
import { textCorpus } from '../../src/data/text.js';
import { embedding, linear, type Model, oneHot, sequential } from '../../src/model/description.js';
import { adam } from '../../src/model/optimizers.js';
import { recurrent, type RecurrentOptions } from '../../src/model/recurrent.js';
import { createTrainer } from '../../src/train/create.js';
import { GpuEngine } from '../../src/train/gpu-engine.js';
import { environment } from '../support/environment.js';
import { testDevice } from '../support/gpu.js';
import { expectSameStep, gpuStep, type Problem, referenceStep } from '../support/gpu-model.js';
import { type AdapterKind, cutSmall, strategies } from '../support/kernel-case.js';
import { smallOptions, texts, train } from '../support/train.js';

interface Row {
  cell: string; units: number; batch: number; timeSteps: number; trials: number; options: RecurrentOptions;
  tiles: AdapterKind; immediates: boolean;
}
const row = (
  cell: string, [units, batch, timeSteps, trials]: readonly [number, number, number, number],
  options: RecurrentOptions, tiles: AdapterKind, immediates = true,
): Row => ({ cell, units, batch, timeSteps, trials, options, tiles, immediates });

// More layers than time steps and fewer; sizes that no tile divides.
const rows: Row[] = [
  row('lstm', [17, 5, 9, 3], { layers: 2, bias: 'both' }, 'software'),
  row('lstm', [33, 9, 2, 2], { layers: 4, bias: 'input', recurrentDropout: 0.3, zoneout: 0.2 }, 'vectors'),
  row('lstm-peephole', [6, 3, 5, 3], { layers: 3, bias: 'none', zoneout: 0.2 }, 'hardware', false),
  row('gru', [5, 2, 7, 3], { layers: 3, recurrentDropout: 0.3 }, 'software', false),
  row('rnn', [18, 17, 4, 2], { layers: 3, bias: 'both', zoneout: 0.3 }, 'vectors'),
];

const VOCABULARY = 13;
const modelOf = ({ cell, units, options }: Row, i: number): Model => sequential([
  i % 2 === 0 ? oneHot(VOCABULARY) : embedding(VOCABULARY, 6), recurrent(cell, units, options), linear(VOCABULARY),
]);

const chosen = rows.map((each, i) => ({ ...each, i })).filter(({ i }) => environment !== 'chrome' || i % 4 === 1);
describe.each(chosen)('$cell($units, $options), B $batch, T $timeSteps, $trials trials, $tiles tiles', (each) => {
  const { i, timeSteps, batch, trials, tiles } = each;
  const problem: Problem = {
    model: modelOf(each, i), timeSteps, batch, seeds: Array.from({ length: trials }, (_, n) => 11 + 7 * n),
    strategy: { ...cutSmall(strategies('step', batch)[tiles]), driver: 'wavefront' },
  };

  test('loss, final states and all gradients agree with the reference, and are the same bits again', async () => {
    const outcome = await gpuStep(await testDevice(each), problem);
    expectSameStep(outcome, referenceStep(problem), problem);
    if (i % 2 === 0) expect(await gpuStep(await testDevice(each), problem)).toEqual(outcome);
  });
});

describe('training as a wavefront', () => {
  const engines: GpuEngine[] = [];
  afterAll(() => engines.forEach((engine) => engine.destroy()));
  const model = sequential([embedding(11, 2), recurrent('lstm', 3, { layers: 3, zoneout: 0.1 }), linear(11)]);

  test('gives each trial the bits of its seed alone', async () => {
    const run = async (seeds: number[]) => {
      const strategy = { ...cutSmall(strategies('step', 4).software), driver: 'wavefront' } as const;
      const engine = new GpuEngine(await testDevice(), { ...smallOptions, model, seeds }, strategy);
      engines.push(engine);
      await engine.setTexts(texts);
      return train(engine, 0, 6);
    };
    const [together, alone] = [await run([1, 2]), await run([2])];
    expect(together.map(({ loss }) => loss[1])).toEqual(alone.map(({ loss }) => loss[0]));
  });

  test('lowers the loss, and what it has learnt is read on, one token at a time', async () => {
    const corpus = textCorpus('abcdefghij'.repeat(40));
    const narrow = sequential([
      embedding(corpus.vocabulary.size, 4), recurrent('gru', 12, { layers: 2 }), linear(corpus.vocabulary.size),
    ]);
    const trainer = await createTrainer(await testDevice(), narrow, {
      driver: 'wavefront', timeSteps: 8, batch: 4, optimizer: adam({ rate: 2e-2 }),
    });
    engines.push(trainer.engine);
    const losses: number[] = [];
    for await (const { loss } of trainer.fit(corpus, { steps: 60 })) losses.push(loss);
    expect(losses.at(-1)!).toBeLessThan(0.5 * losses[0]!);
    expect(await trainer.generate({ prime: 'abc', length: 5, temperature: 0 })).toBe('defgh');
  });
});
