import { afterAll, describe, expect, test } from 'vitest';
import { textCorpus } from '../../src/data/text.js';
import { embedding, linear, lstm, oneHot, sequential } from '../../src/model/description.js';
import { adam, sgd } from '../../src/model/optimizers.js';
import { decodeCheckpoint } from '../../src/train/checkpoint-read.js';
import { createTrainer, resumeReferenceTrainer, resumeTrainer, type TrainerOptions } from '../../src/train/create.js';
import { type Trainer, TrainingDivergedError, type TrainingStep } from '../../src/train/trainer.js';
import { testDevice } from '../support/gpu.js';
import { errorOf, letters } from '../support/letters.js';

// 180 letters to train on are three streams of 59: nine windows of 6 an epoch.
const corpus = textCorpus(letters(200, 1));
const model = sequential([embedding(11, 3), lstm(5), linear(11)]);
// Each weight multiplies the other's gradient: with a large rate it diverges, a few steps later where less large.
const bigram = sequential([embedding(11, 3), linear(11)]);

const trainers: Trainer[] = [];
afterAll(() => trainers.forEach((trainer) => trainer.destroy()));
const kept = <T extends Trainer>(trainer: T): T => (trainers.push(trainer), trainer);

const create = async (options: TrainerOptions = {}, of = model) => kept(await createTrainer(await testDevice(), of, {
  timeSteps: 6, batch: 3, optimizer: adam({ rate: 0.02 }), clip: { norm: 1 }, driver: 'step', ...options,
}));
const unstable = (rate: number) => create({ optimizer: sgd({ rate }), clip: {} }, bigram);

async function fit(trainer: Trainer, steps: number): Promise<TrainingStep[]> {
  const out: TrainingStep[] = [];
  for await (const step of trainer.fit(corpus, { steps })) out.push(step);
  return out;
}

describe('a run', () => {
  test('resumed across the text\'s end equals, bit for bit, one never interrupted', async () => {
    const options: TrainerOptions = { trials: 2, driver: 'sequence' };
    const [whole, first] = [await create(options), await create(options)];
    const curve = await fit(whole, 22);
    await fit(first, 7);
    const checkpoint = decodeCheckpoint(await first.checkpoint());
    expect(checkpoint.strategy).toEqual(first.engine.strategy);
    const second = kept(await resumeTrainer(await testDevice(), checkpoint));
    expect(second.engine.strategy).toEqual(first.engine.strategy);
    expect(await second.generate({ length: 20 })).toBe(await first.generate({ length: 20 })); // without its text
    expect(await fit(second, 15)).toEqual(curve.slice(7));
    expect(await second.checkpoint()).toEqual(await whole.checkpoint());
  });

  test('gives each trial its own learning rate, as if it trained alone, and keeps them in the checkpoint', async () => {
    const rates = [0.05, 0.001];
    const together = await create({ trials: 2, seed: 5, rates });
    const alone = [
      await create({ seed: 5, optimizer: adam({ rate: rates[0]! }) }),
      await create({ seed: 6, optimizer: adam({ rate: rates[1]! }) }),
    ];
    const curve = await fit(together, 6);
    const curves = [await fit(alone[0]!, 12), await fit(alone[1]!, 12)];
    const resumed = kept(await resumeTrainer(await testDevice(), decodeCheckpoint(await together.checkpoint())));
    [...curve, ...await fit(resumed, 6)].forEach(({ trials }, i) => {
      expect(trials).toEqual(curves.map((steps) => steps[i]!.trials[0]));
    });
  });

  test('goes on in float64 within 1e-4', async () => {
    const whole = await create();
    await fit(whole, 8);
    const twin = await resumeReferenceTrainer(decodeCheckpoint(await whole.checkpoint()));
    const [actual, expected] = [await fit(whole, 10), await fit(twin, 10)];
    actual.forEach(({ step, loss }, i) => {
      expect(step).toBe(expected[i]!.step);
      expect(Math.abs(loss - expected[i]!.loss), `step ${step}`).toBeLessThan(1e-4);
    });
  });

  test('left with a break keeps the steps that were under way', async () => {
    const [broken, whole] = [await create(), await create()];
    const curve = await fit(whole, 20);
    for await (const { step } of broken.fit(corpus, { steps: 15 })) if (step === 6) break;
    expect(broken.step, 'some were under way').toBeGreaterThan(6);
    const rest = await fit(broken, 20 - broken.step);
    expect(rest).toEqual(curve.slice(20 - rest.length));
    expect(await broken.checkpoint()).toEqual(await whole.checkpoint());
  });

  test('gives the same whether checkpoints and parameters are taken while fit waits or not', async () => {
    const [plain, watched] = [await create(), await create()];
    const curve = await fit(plain, 12);
    await watched.load(corpus);
    const steps = watched.fit(corpus, { steps: 12 });
    const seen: TrainingStep[] = [];
    const files: Promise<Uint8Array>[] = [];
    for (;;) {
      const next = steps.next();
      files.push(watched.checkpoint()); // reads results at the same time as fit
      const { value, done } = await next;
      if (done) break;
      seen.push(value);
      const parameters = await watched.parameters();
      await watched.setParameters([...parameters].map(([name, { values }]) => [name, values]));
    }
    expect(seen).toEqual(curve);
    expect(await watched.checkpoint()).toEqual(await plain.checkpoint());
    for (const file of files) expect(decodeCheckpoint(await file).step).toBeLessThanOrEqual(12);
  });

  test('checkpointed with steps under way is the run at the step that the file says', async () => {
    const trainer = await create();
    let file: Uint8Array | undefined;
    for await (const { step } of trainer.fit(corpus, { steps: 12 })) {
      if (step !== 5) continue;
      expect(trainer.step, 'some are under way').toBeGreaterThan(5);
      file = await trainer.checkpoint();
    }
    const { step, snapshot } = decodeCheckpoint(file!);
    const exact = await create();
    await fit(exact, step);
    expect(snapshot).toEqual(await exact.engine.snapshot());
  });
});

describe('a run that diverges', () => {
  async function diverge(trainer: Trainer, each = async () => {}): Promise<TrainingDivergedError> {
    try {
      for await (const { step } of trainer.fit(corpus, { steps: 60 })) {
        expect(step).toBeGreaterThan(0);
        await each();
      }
    } catch (error) {
      expect(error).toBeInstanceOf(TrainingDivergedError);
      return error as TrainingDivergedError;
    }
    throw new Error('it did not diverge');
  }

  for (const rate of [1e30, 1e3]) {
    test(`stops with the parameters before that step, although later ones were under way: rate ${rate}`, async () => {
      const trainer = await unstable(rate);
      const error = await diverge(trainer);
      const before = await unstable(rate);
      await fit(before, error.step - 1);
      const [actual, expected] = [await trainer.engine.snapshot(), await before.engine.snapshot()];
      expect(actual.parameters).toEqual(expected.parameters);
      expect(actual.optimizer).toEqual(expected.optimizer);
      expect(trainer.step).toBe(error.step - 1);
      expect(error.message).toBe(`training stopped at step ${error.step}: the loss is ${error.loss} and the gradient ` +
        `norm ${error.gradientNorm} (trial 0); lower the rate (now ${rate}) or clip the gradient norm (for example ` +
        'to 5); the parameters are those before that step');
      await expect(trainer.checkpoint()).rejects.toBe(error);
      await expect(trainer.fit(corpus, { steps: 1 }).next()).rejects.toBe(error);
    });
  }

  test('leaves no checkpoint that cannot be read or passes the bad step, whenever it is taken', async () => {
    const { step: bad } = await diverge(await unstable(1e3));
    expect(bad, 'late enough to be under way unseen').toBeGreaterThan(3);
    const trainer = await unstable(1e3);
    const outcomes: number[] = [];
    await diverge(trainer, async () => {
      const file = await trainer.checkpoint().catch((error: Error) => {
        expect(error).toBeInstanceOf(TrainingDivergedError);
        return undefined;
      });
      if (file) outcomes.push(decodeCheckpoint(file).step);
    });
    expect(outcomes.length).toBeGreaterThan(0);
    expect(Math.max(...outcomes)).toBeLessThan(bad);
  });
});

test('a model too large is refused with its size and the adapter\'s limit, before anything is allocated', async () => {
  const { limits, adapter } = await testDevice();
  const large = sequential([oneHot(11), lstm(46341), linear(11)]);
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
  const limit = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  expect(await errorOf(() => create({}, large))).toBe(
    'GpuError: the model is too large for this adapter: its buffer "parameters" needs ' +
    `${megabytes(4 * large.layout.size)} and ${adapter.name} allows ${megabytes(limit)} a buffer; ` +
    'use fewer units, a smaller batch, fewer time steps or fewer trials',
  );
  expect(4 * large.layout.size).toBeGreaterThan(34e9);
});
