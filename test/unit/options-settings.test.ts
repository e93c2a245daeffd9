import { describe, expect, it } from 'vitest';
import {
  checkResumed, checkSteps, completeShape, modelOf, PRESETS, type Shape, shapeOf, trainerOptions,
} from '../../scripts/lib/settings.js';
import { modelName } from '../../scripts/lib/summary.js';
import {
  createReferenceTrainer, decodeCheckpoint, linear, lstm, type Model, oneHot, sequential, textCorpus,
} from '../../src/index.js';

const corpus = textCorpus('the quick brown fox jumps over the lazy dog. '.repeat(20));
const tiny = {
  units: 5, layers: 2, embedding: 3, time: 4, batch: 2, optimizer: 'rmsprop', rate: 0.01, clipValue: 0.5, seed: 9,
  trials: 2,
} as const;

async function checkpointOf(asked: Partial<Shape> = {}, model?: Model) {
  const shape = completeShape({ ...tiny, ...asked }, PRESETS.cpu);
  const trained = model ?? modelOf(shape, corpus.vocabulary.size);
  const trainer = await createReferenceTrainer(trained, trainerOptions(shape));
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

  it.each<Partial<Shape>>([
    { cell: 'lstm-peephole', peepholes: ['output', 'input'], zoneout: { hidden: 0.1, cell: 0.5 }, forgetBias: 1 },
    { cell: 'lstm-1997', size: 2, truncated: true, bias: 'gates' },
    { cell: 'gru', zoneout: 0.1, recurrentDropout: 0.2, initial: 'karpathy' },
    { cell: 'lstm-projected', projection: 3, zoneout: { hidden: 0.2, cell: 0.2 } },
    { cell: 'clockwork', modules: 3, bias: 'none' },
    { cell: 'min-lstm', driver: 'scan' },
    { recompute: 3 },
    { precision: 'f16' },
  ])('come back from a checkpoint as they went in: %j', async (asked) => {
    const checkpoint = await checkpointOf(asked);
    expect(shapeOf(checkpoint)).toEqual({ driver: 'step', ...completeShape({ ...tiny, ...asked }, PRESETS.cpu) });
    expect(() => checkResumed(asked, checkpoint)).not.toThrow();
  });

  it('may not contradict what the checkpoint\'s layers are', async () => {
    const checkpoint = await checkpointOf({ cell: 'gru', zoneout: 0.1 });
    const but = 'but the checkpoint was trained';
    expect(() => checkResumed({ cell: 'gru-before' }, checkpoint)).toThrow(`--cell is gru-before, ${but} with gru;`);
    expect(() => checkResumed({ zoneout: 0.2 }, checkpoint)).toThrow(`--zoneout is 0.2, ${but} with 0.1;`);
    expect(() => checkResumed({ initial: 'karpathy' }, checkpoint))
      .toThrow(`--initial is karpathy, ${but} with pytorch;`);
    expect(() => checkResumed({ truncated: true }, checkpoint)).toThrow(`--truncated is true, ${but} without it;`);
    expect(() => checkResumed({ recurrentDropout: 0.5 }, checkpoint))
      .toThrow(`--recurrent-dropout is 0.5, ${but} with 0;`);
    expect(() => checkResumed({ peepholes: ['input'] }, checkpoint)).toThrow('gru has no option peepholes');
  });

  it('name the model by what is not plain about it', () => {
    const named = (asked: Partial<Shape>): string => {
      const shape = completeShape({ ...tiny, ...asked }, PRESETS.cpu);
      return modelName({ shape, vocabulary: 9 });
    };
    expect(named({})).toBe('embedding 3, 2 × lstm 5, linear 9');
    expect(named({ dropout: 0.1 })).toBe('embedding 3, 2 × lstm 5 with dropout 0.1, linear 9');
    expect(named({ cell: 'lstm-1997', size: 2, truncated: true, bias: 'none' }))
      .toBe('embedding 3, 2 × lstm-1997 5 with bias none, size 2, truncated, linear 9');
    expect(named({ zoneout: { hidden: 0.1, cell: 0.5 }, forgetBias: 1 }))
      .toBe('embedding 3, 2 × lstm 5 with zoneout 0.1,0.5, forget bias 1, linear 9');
  });

  it('go on in the segments of the checkpoint, also where only segments are asked for', async () => {
    const [cut, whole] = [await checkpointOf({ recompute: true }), await checkpointOf()];
    expect(shapeOf(cut).recompute, 'of 4 time steps').toBe(2);
    expect(() => checkResumed({ recompute: true }, cut)).not.toThrow();
    expect(() => checkResumed({ recompute: 2 }, cut)).not.toThrow();
    expect(() => checkResumed({ recompute: 3 }, cut))
      .toThrow('--recompute is 3, but the checkpoint was trained with 2;');
    expect(() => checkResumed({ recompute: true }, whole))
      .toThrow('--recompute is true, but the checkpoint was trained without it;');
  });

  it('go on in the precision of the checkpoint', async () => {
    const [half, single] = [await checkpointOf({ precision: 'f16' }), await checkpointOf({ precision: 'f32' })];
    expect(() => checkResumed({ precision: 'f32' }, single)).not.toThrow();
    expect(() => checkResumed({ precision: 'f32' }, half))
      .toThrow('--precision is f32, but the checkpoint was trained with f16;');
    expect(() => checkResumed({ precision: 'f16' }, single))
      .toThrow('--precision is f16, but the checkpoint was trained without it;');
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
    const checkpoint = await checkpointOf({}, sequential([oneHot(size), lstm(4), linear(size)]));
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
