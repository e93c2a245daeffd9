import { describe, expect, test } from 'vitest';
import { type TextCorpus, textCorpus } from '../../src/data/text.js';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import { adam } from '../../src/model/optimizers.js';
import { decodeCheckpoint } from '../../src/train/checkpoint-read.js';
import { createReferenceTrainer, resumeReferenceTrainer, type TrainerOptions } from '../../src/train/create.js';
import type { Trainer, TrainingStep } from '../../src/train/trainer.js';
import { errorOf, letters } from '../support/letters.js';

// 180 letters to train on are three streams of 59: nine windows of 6 an epoch.
const text = letters(200, 1);
const corpus = textCorpus(text);
const model = sequential([embedding(11, 3), lstm(5, { layers: 2, dropout: 0.25 }), linear(11)]);

const basics: TrainerOptions = { timeSteps: 6, batch: 3, optimizer: adam({ rate: 0.02 }), clip: { norm: 1 } };

const create = (options: TrainerOptions = {}): Promise<Trainer> =>
  createReferenceTrainer(model, { ...basics, ...options });
const resume = async (from: Trainer): Promise<Trainer> =>
  resumeReferenceTrainer(decodeCheckpoint(await from.checkpoint()));

async function fit(trainer: Trainer, steps: number, on: TextCorpus = corpus): Promise<TrainingStep[]> {
  const out: TrainingStep[] = [];
  for await (const step of trainer.fit(on, { steps })) out.push(step);
  return out;
}

describe('fit', () => {
  test('yields each step in order, with every trial\'s own values and their mean', async () => {
    const together = await fit(await create({ trials: 2, seed: 5 }), 12);
    const [first, second] = [await fit(await create({ seed: 5 }), 12), await fit(await create({ seed: 6 }), 12)];
    expect(together.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    together.forEach(({ loss, gradientNorm, trials }, i) => {
      expect(trials).toEqual([first[i].trials[0], second[i].trials[0]]);
      expect(loss).toBe((first[i].loss + second[i].loss) / 2);
      expect(gradientNorm).toBe((first[i].gradientNorm + second[i].gradientNorm) / 2);
    });
  });

  test('gives each trial its own learning rate, as if it trained alone, and keeps them in the checkpoint', async () => {
    const rates = [0.05, 0.001];
    const together = await create({ trials: 2, seed: 5, rates });
    const alone = await Promise.all(rates.map((rate, n) => create({ seed: 5 + n, optimizer: adam({ rate }) })));
    const curve = await fit(together, 6);
    const curves = [await fit(alone[0], 12), await fit(alone[1], 12)];
    const resumed = await resume(together);
    [...curve, ...await fit(resumed, 6)].forEach(({ trials }, i) => {
      expect(trials).toEqual(curves.map((steps) => steps[i]!.trials[0]));
    });
  });

  test('twice goes on where the first ended, past the end of the text', async () => {
    const [twice, once] = [await create(), await create()];
    expect([...await fit(twice, 7), ...await fit(twice, 14)]).toEqual(await fit(once, 21));
    expect(twice.step).toBe(21);
  });

  test('left with a break keeps what was done', async () => {
    const [broken, whole] = [await create(), await create()];
    for await (const { step } of broken.fit(corpus, { steps: 10 })) if (step === 3) break;
    const curve = await fit(whole, 20);
    expect(broken.step).toBeGreaterThanOrEqual(3);
    const rest = await fit(broken, 20 - broken.step);
    expect(rest).toEqual(curve.slice(20 - rest.length));
    expect(await broken.engine.snapshot()).toEqual(await whole.engine.snapshot());
  });

  test('ends at an abort with the steps that were under way', async () => {
    const controller = new AbortController();
    const trainer = await create();
    const done: number[] = [];
    for await (const { step } of trainer.fit(corpus, { steps: 1000, signal: controller.signal })) {
      done.push(step);
      if (step === 4) controller.abort();
    }
    expect(done.at(-1)).toBe(trainer.step);
    expect(trainer.step).toBeLessThan(10);
    expect(await fit(trainer, 2)).toHaveLength(2);
  });

  test('that is aborted before it begins does nothing', async () => {
    const trainer = await create();
    const steps = trainer.fit(corpus, { steps: 5, signal: AbortSignal.abort() });
    expect(await steps.next()).toEqual({ value: undefined, done: true });
    expect(trainer.step).toBe(0);
  });

  test('refuses a number of steps that is none', async () => {
    for (const steps of [0, -1, 1.5, NaN]) {
      expect(await errorOf(async () => fit(await create(), steps)))
        .toBe(`RangeError: steps is ${steps}: give a whole number from 1 to 2147483647`);
    }
  });
});

describe('a resumed run', () => {
  for (const at of [5, 9, 10, 13]) {
    test(`equals, bit for bit, one never interrupted: from step ${at} of 24, nine windows an epoch`, async () => {
      const [whole, first] = [await create({ trials: 2 }), await create({ trials: 2 })];
      const curve = await fit(whole, 24);
      await fit(first, at);
      const second = await resume(first);
      expect(second.step).toBe(at);
      expect(await fit(second, 24 - at)).toEqual(curve.slice(at));
      expect(await second.checkpoint()).toEqual(await whole.checkpoint());
      expect(await second.evaluate()).toEqual(await whole.evaluate());
      expect(await second.generate({ length: 20, trial: 1 })).toBe(await whole.generate({ length: 20, trial: 1 }));
    });
  }

  test('may be interrupted at every step', async () => {
    const curve = await fit(await create(), 12);
    let trainer = await create();
    const steps: TrainingStep[] = [];
    while (steps.length < 12) {
      steps.push(...await fit(trainer, 1));
      trainer = await resume(trainer);
    }
    expect(steps).toEqual(curve);
  });

  test('refuses another text, and goes on with the right one', async () => {
    const first = await create();
    await fit(first, 5);
    const second = await resume(first);
    const refused = (length: number): string => `RangeError: the text (${length} characters to train on) is not the ` +
      'one of this run (180): give the same text with the same share held out, or start a new run';
    expect(await errorOf(() => fit(second, 1, textCorpus(letters(300, 1))))).toBe(refused(270));
    const swapped = `${text[1]}${text[0]}${text.slice(2)}`;
    expect(await errorOf(() => fit(second, 1, textCorpus(swapped)))).toBe(refused(180));
    const renamed = [...text].map((letter) => String.fromCharCode(letter.charCodeAt(0) + 1)).join('');
    expect(await errorOf(() => second.evaluate(textCorpus(renamed)))).toBe(refused(180));
    expect(await errorOf(() => fit(second, 1, textCorpus(text, { heldOut: 0.5 })))).toBe(refused(100));
    expect(await fit(second, 3)).toEqual(await fit(first, 3));
  });

  test('generates without its text, and evaluates and saves only with it', async () => {
    const first = await create();
    await fit(first, 5);
    const second = await resume(first);
    const options = { prime: 'abc', length: 30, temperature: 0.5 };
    expect(await second.generate(options)).toBe(await first.generate(options));
    expect(await errorOf(() => second.evaluate())).toContain('the engine has no text yet');
    expect(await errorOf(() => second.checkpoint())).toBe(
      'Error: there is nothing to save yet: call fit(corpus, …) or load(corpus) first',
    );
    await second.load(corpus);
    expect(await second.checkpoint()).toEqual(await first.checkpoint());
  });
});

describe('generation', () => {
  const ready = create().then(async (trainer) => {
    await fit(trainer, 3);
    return trainer;
  });

  test('streams the pieces of what generate gives whole', async () => {
    const trainer = await ready;
    let pieces = '';
    for await (const piece of trainer.stream({ length: 50 })) pieces += piece;
    expect(pieces).toBe(await trainer.generate({ length: 50 }));
    expect(pieces).toHaveLength(50);
  });

  test('takes temperatures 0 and 0.01', async () => {
    const trainer = await ready;
    for (const temperature of [0, 0.01]) {
      expect(await trainer.generate({ temperature, length: 9 })).toMatch(/^[a-k]{9}$/);
    }
  });

  const refused: [Parameters<Trainer['generate']>[0], string][] = [
    [{ prime: 'aZ' }, 'prime has "Z" (U+005A) at position 1 (counted from 0), a character that does not occur in the ' +
      'text the model learns from; leave it out.'],
    ...[0.001, -1, NaN, 101, Infinity].map((temperature): [{ temperature: number }, string] =>
      [{ temperature },
        `temperature (where it is not 0) is ${temperature}: give a number of at least 0.01 and at most 100`]),
    [{ length: 0 }, 'length is 0: give a whole number from 1 to 2147483647'],
    [{ seed: -1 }, 'seed is -1: give a whole number from 0 to 4294967295'],
    [{ trial: 1 }, 'trial is 1: give a whole number from 0 to 0'],
  ];
  for (const [options, message] of refused) {
    test(`refuses ${Object.entries(options!).join()}`, async () => {
      expect(await errorOf(async () => (await ready).generate(options))).toBe(`RangeError: ${message}`);
    });
  }

  test('before there is a text says what to do', async () => {
    expect(await errorOf(async () => (await create()).generate())).toBe(
      'Error: there is no text yet: call fit(corpus, …) or load(corpus) first',
    );
  });
});

describe('parameters', () => {
  test('given back as they came change nothing; given to another run make it the same', async () => {
    const trainer = await create({ trials: 2 });
    await fit(trainer, 1);
    const before = await trainer.parameters(1);
    await trainer.setParameters([...before].map(([name, { values }]) => [name, values]), 1);
    expect(await trainer.parameters(1)).toEqual(before);

    const other = await create({ seed: 99 });
    await other.setParameters([...before].map(([name, { values }]) => [name, values]));
    expect(await other.parameters()).toEqual(before);
  });

  test('set one at a time leave the others, and the other trial', async () => {
    const trainer = await create({ trials: 2 });
    const before = [await trainer.parameters(0), await trainer.parameters(1)];
    const values = Float32Array.from({ length: 11 }, (_, i) => i / 8);
    await trainer.setParameters([['2.bias', values]], 1);
    expect(await trainer.parameters(0)).toEqual(before[0]);
    expect(await trainer.parameters(1)).toEqual(before[1].set('2.bias', { shape: [11], values }));
  });

  test('that the model does not have are refused, and nothing is changed', async () => {
    const trainer = await create();
    const before = await trainer.parameters();
    const bias = new Float32Array(11);
    const set = (name: string, values: ArrayLike<number>, trial?: number) => errorOf(() =>
      trainer.setParameters([['2.bias', bias], [name, values]], trial));
    expect(await set('3.weight', bias))
      .toMatch(/^RangeError: there is no parameter "3\.weight": the model has 0\.weight, 1\.weight_ih_l0, /);
    expect(await set('2.weight', bias)).toBe('RangeError: 2.weight has 11 values, its shape [11,5] needs 55');
    for (const trial of [-1, 1, 0.5]) {
      const message = `RangeError: trial is ${trial}: give a whole number from 0 to 0`;
      expect(await set('2.bias', bias, trial)).toBe(message);
      expect(await errorOf(() => trainer.parameters(trial))).toBe(message);
    }
    expect(await trainer.parameters()).toEqual(before);
  });
});
