import { describe, expect, test } from 'vitest';
import { textCorpus } from '../../src/data/text.js';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import { sgd } from '../../src/model/optimizers.js';
import { createReferenceTrainer, type TrainerOptions } from '../../src/train/create.js';
import { type Trainer, TrainingDivergedError } from '../../src/train/trainer.js';
import { errorOf, letters } from '../support/letters.js';

const corpus = textCorpus(letters(200, 1));
// Each weight multiplies the other's gradient, so that a rate this large soon leaves float64.
const bigram = sequential([embedding(11, 3), linear(11)]);
const create = (options: TrainerOptions = {}): Promise<Trainer> =>
  createReferenceTrainer(bigram, { timeSteps: 6, batch: 3, optimizer: sgd({ rate: 1e30 }), ...options });

async function diverge(trainer: Trainer): Promise<{ error: TrainingDivergedError; steps: number[] }> {
  const steps: number[] = [];
  try {
    for await (const { step } of trainer.fit(corpus, { steps: 100 })) steps.push(step);
  } catch (error) {
    expect(error).toBeInstanceOf(TrainingDivergedError);
    return { error: error as TrainingDivergedError, steps };
  }
  throw new Error('it did not diverge');
}

describe('a run that diverges', () => {
  test('stops at the step with its loss, its norm and advice', async () => {
    const { error, steps } = await diverge(await create());
    const { step, loss, gradientNorm } = error;
    expect(step).toBeGreaterThan(1);
    expect(steps).toEqual(Array.from({ length: step - 1 }, (_, i) => i + 1));
    expect(Number.isFinite(loss) && Number.isFinite(gradientNorm)).toBe(false);
    expect(error.message).toBe(`training stopped at step ${step}: the loss is ${loss} and the gradient norm ` +
      `${gradientNorm} (trial 0); lower the rate (now 1e+30) or clip the gradient norm (for example to 5); ` +
      'the parameters are those before that step');
  });

  test('keeps the step and the parameters from before, and throws the same again', async () => {
    const trainer = await create();
    const { error } = await diverge(trainer);
    expect(trainer.step).toBe(error.step - 1);
    const short = await create();
    for await (const { step } of short.fit(corpus, { steps: error.step - 1 })) expect(step).toBeLessThan(error.step);
    const [after, before] = [await trainer.engine.snapshot(), await short.engine.snapshot()];
    expect(after.parameters).toEqual(before.parameters);
    expect(after.optimizer).toEqual(before.optimizer);
    expect(await trainer.parameters()).toEqual(await short.parameters());
    await expect(trainer.checkpoint()).rejects.toBe(error);
    await expect(trainer.fit(corpus, { steps: 1 }).next()).rejects.toBe(error);
    expect(trainer.step).toBe(error.step - 1);
  });

  test('says to clip lower where it clips, and which trial it was', async () => {
    const model = sequential([embedding(11, 3), lstm(5), linear(11)]);
    const options = { timeSteps: 6, batch: 3, trials: 3, clip: { norm: 5 } };
    const trainer = await createReferenceTrainer(model, options);
    await trainer.setParameters([['2.bias', new Float32Array(11).fill(NaN)]], 1);
    const { error } = await diverge(trainer);
    expect(error.message).toContain('training stopped at step 1: the loss is NaN and the gradient norm NaN ' +
      '(trial 1); lower the rate (now 0.001) or clip the gradient norm below 5;');
  });

  test('unseen, because the loop was left, is thrown by what comes next', async () => {
    const trainer = await create();
    const { error } = await diverge(await create());
    const steps = trainer.fit(corpus, { steps: 100 });
    for (let n = 1; n < error.step; n++) expect((await steps.next()).value).toMatchObject({ step: n });
    await steps.return(undefined);
    // Whether the bad step was already under way is the trainer's affair; that it is never passed is not.
    const message = await errorOf(async () => {
      for await (const { step } of trainer.fit(corpus, { steps: 9 })) expect(step).toBeLessThan(error.step);
    });
    expect(message).toBe(`TrainingDivergedError: ${error.message}`);
    await expect(trainer.checkpoint()).rejects.toThrow(error.message);
  });
});
