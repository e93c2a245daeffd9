import { describe, expect, it } from 'vitest';
import {
  checkResumed, checkSteps, completeShape, modelOf, PRESETS, shapeOf, trainerOptions,
} from '../../scripts/lib/settings.js';
import {
  createReferenceTrainer, decodeCheckpoint, linear, lstm, oneHot, sequential, textCorpus,
} from '../../src/index.js';

const corpus = textCorpus('the quick brown fox jumps over the lazy dog. '.repeat(20));
const tiny = {
  units: 5, layers: 2, embedding: 3, time: 4, batch: 2, optimizer: 'rmsprop', rate: 0.01, clipValue: 0.5, seed: 9,
  trials: 2,
} as const;

async function checkpointOf(model = modelOf(completeShape(tiny, PRESETS.cpu), corpus.vocabulary.size)) {
  const trainer = await createReferenceTrainer(model, trainerOptions(completeShape(tiny, PRESETS.cpu)));
  await trainer.load(corpus);
  return decodeCheckpoint(await trainer.checkpoint());
}

describe('the settings of a run', () => {
  it('take the preset where nothing was asked for', () => {
    const { units, rate, layers } = PRESETS.gpu;
    expect(completeShape({}, PRESETS.gpu)).toMatchObject({ cell: 'lstm', units, optimizer: 'adam', rate });
    expect(completeShape({ units: 7, rate: 1 }, PRESETS.gpu)).toMatchObject({ units: 7, rate: 1, layers });
  });

  it('take another rate for another optimizer: a rate of Adam is none of plain gradient descent', () => {
    expect(completeShape({ optimizer: 'sgd' }, PRESETS.gpu).rate).not.toBe(PRESETS.gpu.rate);
  });

  it('read 0 as no clipping', () => {
    expect(trainerOptions(completeShape({ clipNorm: 0 }, PRESETS.gpu)).clip).toEqual({});
  });

  it('come back from a checkpoint as they went in', async () => {
    const checkpoint = await checkpointOf();
    expect(shapeOf(checkpoint)).toEqual({ ...completeShape(tiny, PRESETS.cpu), driver: 'step' });
    expect(() => checkResumed(tiny, checkpoint)).not.toThrow();
    expect(() => checkResumed({}, checkpoint)).not.toThrow();
  });

  it('may not contradict the checkpoint that is resumed', async () => {
    const checkpoint = await checkpointOf();
    const but = 'but the checkpoint was trained with';
    expect(() => checkResumed({ units: 6 }, checkpoint))
      .toThrow(`--units is 6, ${but} 5; leave it out to go on, or start a new run without --resume`);
    expect(() => checkResumed({ clipNorm: 1 }, checkpoint)).toThrow(`--clip-norm is 1, ${but} 5;`);
    expect(() => checkResumed({ optimizer: 'adam' }, checkpoint)).toThrow(`--optimizer is adam, ${but} rmsprop;`);
    expect(() => checkResumed({ trials: 1 }, checkpoint)).toThrow(`--trials is 1, ${but} 2;`);
  });

  it('refuse a checkpoint of another kind of model', async () => {
    const { size } = corpus.vocabulary;
    const checkpoint = await checkpointOf(sequential([oneHot(size), lstm(4), linear(size)]));
    expect(() => shapeOf(checkpoint))
      .toThrow('its model is oneHot, recurrent, linear; this command trains embedding, recurrent, linear');
  });

  it('leave steps to do', () => {
    expect(() => checkSteps(11, true, 10)).not.toThrow();
    expect(() => checkSteps(10, true, 10)).toThrow('--steps is 10, but the checkpoint is at step 10; ' +
      '--steps counts from the run\'s beginning: give more than 10');
    expect(() => checkSteps(400, false, 500)).toThrow('--steps is by default 400, but the checkpoint is at step 500;');
  });
});
