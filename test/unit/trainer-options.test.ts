import { describe, expect, test } from 'vitest';
import { textCorpus } from '../../src/data/text.js';
import type { Device } from '../../src/gpu/device.js';
import type { Driver } from '../../src/kernels/recurrence.js';
import type { Precision } from '../../src/model/engine.js';
import { embedding, input, linear, lstm, type Model, oneHot, sequential } from '../../src/model/description.js';
import type { LossDescription } from '../../src/model/losses.js';
import { adagrad, adam, rmsprop, sgd } from '../../src/model/optimizers.js';
import type { Checkpoint } from '../../src/train/checkpoint.js';
import {
  createReferenceTrainer, createTrainer, resumeReferenceTrainer, resumeTrainer, type TrainerOptions,
} from '../../src/train/create.js';
import { errorOf, letters } from '../support/letters.js';

const model = sequential([embedding(11, 3), lstm(5), linear(11)]);
const whole = (min: number, max: number): string => `give a whole number from ${min} to ${max}`;
const FLOAT32 = 'give a number of at least 1.2e-38 and at most 3.4e+38';

describe('an option out of range is named with its value and what is allowed', () => {
  const cases: [string, TrainerOptions, string][] = [
    ...[0, -1, 2.5, NaN, 65537].map((timeSteps): [string, TrainerOptions, string] =>
      [`timeSteps ${timeSteps}`, { timeSteps }, `timeSteps is ${timeSteps}: ${whole(1, 65536)}`]),
    ...[0, 65536].map((batch): [string, TrainerOptions, string] =>
      [`batch ${batch}`, { batch }, `batch is ${batch}: ${whole(1, 65535)}`]),
    ...[0, 65536].map((trials): [string, TrainerOptions, string] =>
      [`trials ${trials}`, { trials }, `trials is ${trials}: ${whole(1, 65535)}`]),
    ...[-1, 0.5, 2 ** 32].map((seed): [string, TrainerOptions, string] =>
      [`seed ${seed}`, { seed }, `seed is ${seed}: ${whole(0, 2 ** 32 - 1)}`]),
    ['a seed whose last trial has none', { seed: 2 ** 32 - 2, trials: 3 },
      `seed is 4294967294: ${whole(0, 2 ** 32 - 3)}`],
    ['clip norm 0', { clip: { norm: 0 } }, `clip norm is 0: ${FLOAT32}`],
    ['clip norm 1e39', { clip: { norm: 1e39 } }, `clip norm is 1e+39: ${FLOAT32}`],
    ['clip value -1', { clip: { value: -1 } }, `clip value is -1: ${FLOAT32}`],
    ['rates for other trials', { trials: 3, rates: [0.1, 0.2] }, 'there are 2 rates for 3 trials: give one for each'],
    ['a rate of 0', { trials: 2, rates: [0.1, 0] }, `the rate of trial 1 is 0: ${FLOAT32}`],
    ...[0, 1.5, 9].map((recompute): [string, TrainerOptions, string] => [`recompute ${recompute}`,
      { timeSteps: 8, recompute }, `recompute (where it is not true or false) is ${recompute}: ${whole(1, 8)}`]),
    ['precision x', { precision: 'x' as Precision }, 'precision is "x": use f32, f16'],
    ['driver x', { driver: 'x' as Driver }, 'driver is "x": use step, sequence, scan, wavefront'],
    ['loss x', { loss: { kind: 'x' } as unknown as LossDescription }, 'loss is "x": use crossEntropy'],
  ];
  for (const [name, options, message] of cases) {
    test(name, async () => {
      expect(await errorOf(() => createReferenceTrainer(model, options))).toBe(`RangeError: ${message}`);
    });
  }
});

describe('so is one of an optimiser or a layer', () => {
  const cases: [() => unknown, string][] = [
    ...Object.entries({ sgd, adam, rmsprop, adagrad }).flatMap(([name, make]) =>
      [0, -1, 1e-50, 1e39, NaN, Infinity].map((rate): [() => unknown, string] =>
        [() => make({ rate }), `${name} rate is ${rate}: ${FLOAT32}`])),
    [() => sgd({ momentum: 1 }), 'sgd momentum is 1: give a number of at least 0 and below 1'],
    [() => adam({ beta1: -0.1 }), 'adam beta1 is -0.1: give a number of at least 0 and below 1'],
    [() => adam({ beta2: 1 }), 'adam beta2 is 1: give a number of at least 0 and below 1'],
    [() => adam({ epsilon: 0 }), `adam epsilon is 0: ${FLOAT32}`],
    [() => rmsprop({ alpha: 1 }), 'rmsprop alpha is 1: give a number of at least 0 and below 1'],
    [() => lstm(0), `lstm units is 0: ${whole(1, 2147483647)}`],
    [() => lstm(5, { layers: 0 }), `lstm layers is 0: ${whole(1, 64)}`],
    [() => lstm(5, { dropout: 1 }), 'lstm dropout is 1: give a number of at least 0 and below 1'],
    [() => linear(0), `linear units is 0: ${whole(1, 2147483647)}`],
    [() => oneHot(0), `oneHot vocabulary is 0: ${whole(1, 2147483647)}`],
    [() => embedding(11, -3), `embedding units is -3: ${whole(1, 2147483647)}`],
  ];
  for (const [work, message] of cases) {
    test(message, async () => expect(await errorOf(work)).toBe(`RangeError: ${message}`));
  }
});

describe('a model that cannot predict a text is refused by whatever would train it, without a device', () => {
  const device = {} as Device;
  const from = (of: Model) => ({ model: of, seeds: [1] }) as unknown as Checkpoint;
  const trainers: [string, (of: Model) => unknown][] = [
    ['createTrainer', (of) => createTrainer(device, of)],
    ['createReferenceTrainer', (of) => createReferenceTrainer(of)],
    ['resumeTrainer', (of) => resumeTrainer(device, from(of))],
    ['resumeReferenceTrainer', (of) => resumeReferenceTrainer(from(of))],
  ];
  const models: [Model, string][] = [
    [sequential([input(11), lstm(5), linear(11)]), 'the first layer is input: a text is tokens'],
    [sequential([oneHot(11), lstm(5)]), 'the last layer is recurrent: end with linear(vocabulary)'],
    [sequential([oneHot(11), lstm(5, { bidirectional: true }), linear(11)]),
      'layer 1 is bidirectional, and training on a text carries states'],
  ];
  for (const [name, train] of trainers) {
    for (const [refused, message] of models) {
      test(`${name}: ${message}`, async () => {
        expect(await errorOf(() => train(refused))).toContain(`RangeError: ${message}`);
      });
    }
  }
});

describe('a text that does not fit the model or the run is refused', () => {
  const load = (text: string, options: TrainerOptions = {}) => errorOf(async () =>
    (await createReferenceTrainer(model, { timeSteps: 6, batch: 3, ...options })).load(textCorpus(text)));

  test('with more characters, or fewer', async () => {
    const message = (size: number): string => `RangeError: the text has ${size} different characters, the model ` +
      'reads 11 and predicts 11: build the model with corpus.vocabulary.size';
    expect(await load(`${letters(200, 1)}z`)).toBe(message(12));
    expect(await load('ab'.repeat(100))).toBe(message(2));
  });

  test('shorter than batch × (time + 1)', async () => {
    expect(await load(letters(200, 1), { batch: 50 })).toBe(
      'RangeError: the text has 200 characters, but batch 50 × (time 6 + 1) needs at least 350; give a longer text, ' +
      'or a smaller batch or time.',
    );
  });
});

test('a model too large for an array says how large it is, and nothing is allocated', async () => {
  const large = sequential([oneHot(11), lstm(46341), linear(11)]);
  expect(large.layout.size).toBeGreaterThan(2 ** 33);
  expect(await errorOf(() => createReferenceTrainer(large))).toBe(
    `RangeError: the model has ${large.layout.size} values with all trials and a JavaScript array holds 2147483648: ` +
    'use fewer units or trials',
  );
});
