import {
  type Checkpoint, createReferenceTrainer, createTrainer, type Device, resumeReferenceTrainer, resumeTrainer,
  type TextCorpus, type Trainer, tuneStrategy, unigramEntropy,
} from '../../src/index.js';
import {
  checkSteps, completeShape, modelOf, type Preset, type PresetName, PRESETS, type Shape, shapeOf, trainerOptions,
} from '../lib/settings.js';
import type { SessionRequest, Started } from './events.js';

export interface Opened {
  readonly trainer: Trainer;
  readonly corpus: TextCorpus;
  readonly info: Started;
  readonly heldOutCharacters: number;
}

/** A trainer for what was asked for and what computes. @throws RangeError where a checkpoint has no steps left to do */
export async function openTrainer(
  { shape: asked, steps: wanted, tune }: SessionRequest, whole: TextCorpus, checkpoint?: Checkpoint, device?: Device,
): Promise<Opened> {
  const name: PresetName = !device ? 'cpu' : device.adapter.software ? 'software' : 'gpu';
  const preset: Preset = PRESETS[name];
  const shape = checkpoint ? shapeOf(checkpoint) : completeShape(asked, preset);
  const steps = wanted ?? preset.steps;
  checkSteps(steps, wanted !== undefined, checkpoint?.step ?? 0);
  const { corpus, heldOutCharacters } = judgedBy(whole, preset.heldOut, shape);
  const vocabulary = whole.vocabulary.size;
  const options = trainerOptions(shape);
  // The trainer finds it in memory.
  const tuning = tune && device && !checkpoint
    ? await tuneStrategy(device, modelOf(shape, vocabulary), options) : undefined;
  const trainer: Trainer = await (
    checkpoint
      ? device ? resumeTrainer(device, checkpoint) : resumeReferenceTrainer(checkpoint)
      : device ? createTrainer(device, modelOf(shape, vocabulary), { ...options, tune })
        : createReferenceTrainer(modelOf(shape, vocabulary), options)
  );
  const { adapter, driver, model } = trainer.settings;
  return {
    trainer, corpus, heldOutCharacters,
    info: {
      adapter, preset: name, shape, driver, vocabulary, textLength: whole.length, from: checkpoint?.step ?? 0, steps,
      parameters: model.layout.count,
      ...(checkpoint && checkpoint.adapter !== adapter ? { fromAdapter: checkpoint.adapter } : {}),
      unigramEntropy: unigramEntropy(whole.tokens, vocabulary), ...(tuning ? { tuning } : {}),
    },
  };
}

/** The corpus with only the beginning of its held-out part: a software adapter would take long over all of it. */
function judgedBy(
  whole: TextCorpus, limit: number, { batch, time }: Shape,
): Pick<Opened, 'corpus' | 'heldOutCharacters'> {
  const corpus: TextCorpus = {
    ...whole,
    split(shape) {
      const { train, heldOut } = whole.split(shape);
      return { train, heldOut: heldOut.subarray(0, limit) };
    },
  };
  return { corpus, heldOutCharacters: corpus.split({ batch, timeSteps: time }).heldOut.length };
}
