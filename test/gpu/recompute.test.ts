// Windows cut into segments, whose activations are computed again on the way back: the same step as in one go, but for
// the order in which gradients of the segments are added up.
import { afterAll, describe, expect, test } from 'vitest';
import { textCorpus } from '../../src/data/text.js';
import type { Driver } from '../../src/kernels/recurrence.js';
import { embedding, linear, lstm, type Model, oneHot, sequential } from '../../src/model/description.js';
import type { EngineOptions } from '../../src/model/engine.js';
import { recurrent, type RecurrentOptions } from '../../src/model/recurrent.js';
import { segmentLength } from '../../src/model/segment-length.js';
import { segmentsOf } from '../../src/model/segments.js';
import { chooseStrategy, type Strategy } from '../../src/schedule/tiles.js';
import { decodeCheckpoint } from '../../src/train/checkpoint-read.js';
import { createTrainer, resumeTrainer } from '../../src/train/create.js';
import { GpuEngine } from '../../src/train/gpu-engine.js';
import type { Trainer, TrainingStep } from '../../src/train/trainer.js';
import { environment } from '../support/environment.js';
import { testDevice } from '../support/gpu.js';
import { expectSameStep, gpuStep, type Outcome, type Problem, referenceStep } from '../support/gpu-model.js';
import { adapters, type AdapterKind, cutSmall } from '../support/kernel-case.js';
import { letters } from '../support/letters.js';
import { smallOptions, texts, train } from '../support/train.js';

interface Row {
  cell: string; options: RecurrentOptions; driver: Driver; tiles: AdapterKind;
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
  row('lstm', { layers: 3, zoneout: 0.2, recurrentDropout: 0.2 }, 'wavefront', 'software', 7, 3, { trials: 2 }),
];

const VOCABULARY = 13;
const modelOf = ({ cell, options, input }: Row): Model => sequential([
  input === 'oneHot' ? oneHot(VOCABULARY) : embedding(VOCABULARY, 6), recurrent(cell, 5, options), linear(VOCABULARY),
]);

const BATCH = 3;

const strategyOf = ({ tiles, driver }: Pick<Row, 'tiles' | 'driver'>, model: Model): Strategy =>
  cutSmall(chooseStrategy(adapters[tiles], { model, timeSteps: 6, batch: BATCH }, driver));

describe.each(environment === 'chrome' ? rows.filter((_, i) => i % 4 === 0) : rows)(
  '$cell $options, $driver, $tiles tiles, T $timeSteps in segments of $recompute, $trials trials, $input, ' +
  'immediates $immediates', (row) => {
    const model = modelOf(row);
    const problem: Problem = {
      model, timeSteps: row.timeSteps, batch: BATCH, recompute: row.recompute, strategy: strategyOf(row, model),
      seeds: Array.from({ length: row.trials }, (_, n) => 11 + 7 * n),
    };
    let done: Promise<Outcome> | undefined;
    const outcome = async (): Promise<Outcome> => (done ??= gpuStep(await testDevice(row), problem));

    test('loss, final states and all gradients agree with the reference', async () => {
      expectSameStep(await outcome(), referenceStep(problem), problem);
    });

    if (rows.indexOf(row) % 4 > 0) return; // it takes as long again to compile
    test('and with the window in one go; states bit for bit, but of a scan, which is cut by the window', async () => {
      const { recompute, ...whole } = problem;
      expect(segmentsOf(row.timeSteps, recompute).length).toBeGreaterThan(1);
      const expected = await gpuStep(await testDevice(row), whole);
      expectSameStep(await outcome(), expected, problem);
      if (row.driver !== 'scan') expect((await outcome()).states).toEqual(expected.states);
    });
  },
);

describe('a run in segments', () => {
  const tiny = sequential([embedding(11, 2), lstm(3), linear(11)]); // compiling is what takes time here
  const engines: GpuEngine[] = [];
  afterAll(() => engines.forEach((engine) => engine.destroy()));
  const gpu = async (options: Partial<EngineOptions>): Promise<GpuEngine> => {
    const run = { ...smallOptions, model: tiny, seeds: [1, 2], ...options };
    const engine = new GpuEngine(await testDevice(), run, strategyOf({ driver: 'sequence', tiles: 'software' }, tiny));
    engines.push(engine);
    await engine.setTexts(texts);
    return engine;
  };

  const within = (actual: readonly number[], expected: readonly number[], bound: number): void => {
    expect(actual.length).toBe(expected.length);
    actual.forEach((x, i) => expect(Math.abs(x - expected[i]!), `value ${i}: ${x} instead of ${expected[i]}`)
      .toBeLessThanOrEqual(bound));
  };

  test('has the losses and norms of the whole window, past the end of the text, and its held-out loss', async () => {
    const [cut, whole] = [await gpu({ recompute: 3 }), await gpu({})];
    const [actual, expected] = [await train(cut, 0, 15), await train(whole, 0, 15)];
    within(actual.flatMap(({ loss }) => [...loss]), expected.flatMap(({ loss }) => [...loss]), 1e-4);
    within(actual.flatMap(({ gradientNorm }) => [...gradientNorm]),
      expected.flatMap(({ gradientNorm }) => [...gradientNorm]), 1e-3);
    within(await cut.evaluate(), await whole.evaluate(), 1e-4);
  });

  test('gives each trial the bits of its seed alone', async () => {
    const together = await train(await gpu({ recompute: 3 }), 0, 6);
    const alone = await train(await gpu({ recompute: 3, seeds: [2] }), 0, 6);
    expect(together.map(({ loss }) => loss[1])).toEqual(alone.map(({ loss }) => loss[0]));
  });

  test('goes on from a checkpoint bit for bit, in the segments of the run', async () => {
    const corpus = textCorpus(letters(200, 1));
    const fit = async (trainer: Trainer<GpuEngine>, steps: number): Promise<TrainingStep[]> => {
      engines.push(trainer.engine);
      const out: TrainingStep[] = [];
      for await (const step of trainer.fit(corpus, { steps })) out.push(step);
      return out;
    };
    const options = { timeSteps: 6, batch: 3, recompute: true };
    const create = async () => createTrainer(await testDevice(), tiny, options);
    const [whole, first] = [await create(), await create()];
    const curve = await fit(whole, 13);
    await fit(first, 5);
    const checkpoint = decodeCheckpoint(await first.checkpoint());
    expect(checkpoint.recompute).toBe(segmentLength(6));
    const second = await resumeTrainer(await testDevice(), checkpoint);
    expect(await fit(second, 8)).toEqual(curve.slice(5));
    expect(await second.checkpoint()).toEqual(await whole.checkpoint());
    expect(second.engine.program.dispatches.length).toBe(whole.engine.program.dispatches.length);
  });
});
