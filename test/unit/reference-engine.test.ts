import { describe, expect, test } from 'vitest';
import { embedding, linear, lstm, type Model, oneHot, sequential } from '../../src/model/description.js';
import type { Engine, EngineOptions, GenerateOptions, StepResult } from '../../src/model/engine.js';
import { adagrad, adam, rmsprop, sgd } from '../../src/model/optimizers.js';
import { recurrent } from '../../src/model/recurrent.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { ReferenceEngine } from '../../src/reference/engine.js';
import { evaluateWindow, forward } from '../../src/reference/network.js';

const VOCABULARY = 6;
const model = sequential([embedding(VOCABULARY, 3), lstm(5, { layers: 2, dropout: 0.25 }), linear(VOCABULARY)]);

function engine(options: Partial<EngineOptions> = {}): Engine {
  return new ReferenceEngine({
    model, timeSteps: 4, batch: 3, seeds: [1], optimizer: adam({ rate: 0.02 }), clip: { norm: 5 }, ...options,
  });
}

function randomText(length: number, seed: number): Uint32Array {
  const random = new CounterRandom(seed, 0);
  return Uint32Array.from({ length }, () => random.integer(VOCABULARY));
}

const text = randomText(100, 21); // streams of 33: eight windows of 4

/** Steps `from` … `to` − 1, window after window. */
async function train(engine: Engine, from: number, to: number, rate = 0.02): Promise<StepResult[]> {
  for (let step = from; step < to; step++) {
    engine.submit({ step, cursor: (step % 8) * 4, reset: step % 8 === 0, rate });
  }
  return engine.results(0);
}

async function generated(engine: Engine, options: Partial<GenerateOptions> = {}): Promise<Uint32Array[]> {
  const chunks: Uint32Array[] = [];
  const all = { prime: Uint32Array.of(0, 1), length: 40, temperature: 1, seed: 9, trial: 0, ...options };
  for await (const chunk of engine.generate(all)) chunks.push(chunk);
  return chunks;
}

/** The flat parameters with every value of `name` replaced. */
function withParameter(model: Model, flat: Float32Array | Float64Array, name: string, value: number): Float64Array {
  const { offset, rows, pitch } = model.layout.parameters.find((parameter) => parameter.name === name)!;
  return Float64Array.from(flat).fill(value, offset, offset + rows * pitch);
}

describe('training', () => {
  const optimizers = [adam({ rate: 0.03 }), sgd({ rate: 0.5, momentum: 0.9 }), rmsprop({ rate: 0.01 }), adagrad()];
  for (const optimizer of optimizers) {
    test(`learns a repeating text with ${optimizer.kind} (seed 1)`, async () => {
      const plain = sequential([oneHot(VOCABULARY), lstm(8), linear(VOCABULARY)]);
      const trainer = engine({ model: plain, optimizer });
      await trainer.setTexts({ training: Uint32Array.from({ length: 100 }, (_, i) => i % VOCABULARY), heldOut: text });
      const results = await train(trainer, 0, 120, optimizer.rate);
      expect(results[0].loss[0]).toBeGreaterThan(1.5); // log 6 = 1.79
      expect(results[119].loss[0]).toBeLessThan(0.2);
    });
  }

  test('carries the states: two windows without an update between are one twice as long', async () => {
    const plain = sequential([embedding(VOCABULARY, 3), lstm(5, { layers: 2 }), linear(VOCABULARY)]);
    const [short, long] = [4, 8].map((timeSteps) => engine({ model: plain, timeSteps, optimizer: sgd() }));
    for (const trainer of [short, long]) await trainer.setTexts({ training: text, heldOut: text });
    short.submit({ step: 0, cursor: 0, reset: true, rate: 0 });
    short.submit({ step: 1, cursor: 4, reset: false, rate: 0 });
    long.submit({ step: 0, cursor: 0, reset: true, rate: 0 });
    const [first, second] = (await short.results(0)).map(({ loss }) => loss[0]);
    const [whole] = (await long.results(0)).map(({ loss }) => loss[0]);
    expect((first + second) / 2).toBeCloseTo(whole, 13);
    const [a, b] = [await short.snapshot(), await long.snapshot()];
    expect(a.states.some((value) => value !== 0)).toBe(true);
    a.states.forEach((value, e) => expect(value).toBeCloseTo(b.states[e], 13));
  });

  test('starts from zero states on reset', async () => {
    const trainer = engine();
    await trainer.setTexts({ training: text, heldOut: text });
    for (const reset of [true, false, true]) trainer.submit({ step: 0, cursor: 0, reset, rate: 0 });
    const [fresh, carried, again] = (await trainer.results(0)).map(({ loss }) => loss[0]);
    expect(again).toBe(fresh);
    expect(carried).not.toBe(fresh);
  });

  test('each trial is the run of its seed alone', async () => {
    const together = engine({ seeds: [3, 4, 5] });
    await together.setTexts({ training: text, heldOut: text });
    const results = await train(together, 0, 10);
    for (const [trial, seed] of [3, 4, 5].entries()) {
      const alone = engine({ seeds: [seed] });
      await alone.setTexts({ training: text, heldOut: text });
      const own = await train(alone, 0, 10);
      expect(results.map(({ loss }) => loss[trial])).toEqual(own.map(({ loss }) => loss[0]));
      expect(results.map(({ gradientNorm }) => gradientNorm[trial])).toEqual(own.map((r) => r.gradientNorm[0]));
      expect(await generated(together, { trial })).toEqual(await generated(alone));
    }
  });

  test('resumed from a snapshot goes on exactly as if it had not stopped', async () => {
    const whole = engine();
    await whole.setTexts({ training: text, heldOut: text });
    const uninterrupted = await train(whole, 0, 12);
    const before = engine();
    await before.setTexts({ training: text, heldOut: text });
    await train(before, 0, 7);
    const after = engine({ seeds: [1] });
    await after.setTexts({ training: text, heldOut: text });
    after.restore(await before.snapshot());
    expect(await train(after, 7, 12)).toEqual(uninterrupted.slice(7));
    expect(await after.snapshot()).toEqual(await whole.snapshot());
  });

  test('a gradient that is not finite leaves parameters and optimiser as they were, and is counted', async () => {
    const trainer = engine({ seeds: [1, 2] });
    await trainer.setTexts({ training: text, heldOut: text });
    await train(trainer, 0, 2);
    const good = await trainer.snapshot();
    const size = model.layout.size;
    const poisoned = Float64Array.from(good.parameters);
    poisoned.set(withParameter(model, poisoned.subarray(0, size), '2.bias', NaN));
    trainer.restore({ ...good, parameters: poisoned });
    const [result] = await train(trainer, 2, 3);
    expect(result.loss[0]).toBeNaN();
    expect(result.nonFinite[0]).toBeGreaterThan(0);
    expect(result.nonFinite[1]).toBe(0);
    const after = await trainer.snapshot();
    expect(after.parameters.subarray(0, size)).toEqual(poisoned.subarray(0, size));
    expect(after.optimizer.exp_avg.subarray(0, size)).toEqual(good.optimizer.exp_avg.subarray(0, size));
    expect(after.parameters.subarray(size)).not.toEqual(good.parameters.subarray(size)); // the other trial trains on
  });

  test('after a bad step later ones change nothing and the count goes on, until a snapshot is restored', async () => {
    const trainer = engine({ seeds: [1, 2] });
    await trainer.setTexts({ training: text, heldOut: text });
    await train(trainer, 0, 2);
    const good = await trainer.snapshot();
    const size = model.layout.size;
    const states = Float64Array.from(good.states).fill(NaN, 0, 1); // of trial 0, and gone with the next reset
    trainer.restore({ ...good, states });
    const counts = (await train(trainer, 2, 12)).map(({ nonFinite }) => nonFinite);
    expect(counts[0][0]).toBeGreaterThan(0);
    counts.slice(1).forEach(([count], i) => expect(count).toBeGreaterThanOrEqual(counts[i][0]));
    expect(counts.map(([, other]) => other)).toEqual(counts.map(() => 0));
    const after = await trainer.snapshot();
    expect(after.parameters.subarray(0, size)).toEqual(good.parameters.subarray(0, size));
    for (const [name, values] of Object.entries(after.optimizer)) {
      expect(values.subarray(0, size), name).toEqual(good.optimizer[name].subarray(0, size));
    }
    trainer.restore(good);
    expect((await train(trainer, 2, 4)).map(({ nonFinite }) => nonFinite)).toEqual([[0, 0], [0, 0]]);
    expect((await trainer.snapshot()).parameters.subarray(0, size)).not.toEqual(good.parameters.subarray(0, size));
  });

  test('a norm that is not finite stops the update and counts, though every gradient is finite', async () => {
    const bigram = sequential([embedding(VOCABULARY, 3), linear(VOCABULARY)]);
    const trainer = engine({ model: bigram, optimizer: sgd(), clip: {} });
    await trainer.setTexts({ training: text, heldOut: text });
    const start = await trainer.snapshot();
    const parameters = Float64Array.from(start.parameters);
    const [, weight] = bigram.layout.parameters;
    parameters[weight.offset] = 1e200; // its square has no float64
    trainer.restore({ ...start, parameters });
    const [{ nonFinite, gradientNorm }] = await train(trainer, 0, 1);
    expect([nonFinite, gradientNorm]).toEqual([[1], [Infinity]]);
    expect((await trainer.snapshot()).parameters).toEqual(parameters);
  });

  test('reports the norm before clipping, and clips', async () => {
    const [free, clipped] = [{}, { norm: 1e-3 }].map((clip) => engine({ clip, optimizer: sgd() }));
    for (const trainer of [free, clipped]) await trainer.setTexts({ training: text, heldOut: text });
    const start = (await free.snapshot()).parameters;
    const [a] = await train(free, 0, 1, 1);
    const [b] = await train(clipped, 0, 1, 1);
    expect(a.gradientNorm).toEqual(b.gradientNorm);
    const moved = async (trainer: Engine) =>
      Math.hypot(...(await trainer.snapshot()).parameters.map((value, e) => value - start[e]));
    expect(await moved(free)).toBeCloseTo(a.gradientNorm[0], 12);
    expect(await moved(clipped)).toBeCloseTo(1e-3, 12);
  });
});

describe('evaluation', () => {
  for (const [batch, timeSteps] of [[1, 99], [1, 7], [3, 4], [32, 5]]) {
    test(`counts every prediction once and drops nothing, batch ${batch}, time ${timeSteps}`, async () => {
      // Without recurrence a prediction does not depend on where the text was cut.
      const bigram = sequential([embedding(VOCABULARY, 3), linear(VOCABULARY)]);
      const trainer = engine({ model: bigram, batch, timeSteps });
      await trainer.setTexts({ training: randomText(200, 22), heldOut: text });
      const parameters = (await trainer.snapshot()).parameters as Float64Array;
      const window = { inputs: text.slice(0, 99), targets: text.slice(1), timeSteps: 99, batch: 1 };
      const { loss } = evaluateWindow(bigram, { parameters }, window);
      expect((await trainer.evaluate())[0]).toBeCloseTo(loss, 12);
    });
  }

  test('of a text without a prediction is not a number', async () => {
    const trainer = engine();
    await trainer.setTexts({ training: text, heldOut: text.slice(0, 1) });
    expect(await trainer.evaluate()).toEqual([NaN]);
  });

  test('carries states along the text, and leaves training as it is', async () => {
    const trainer = engine({ batch: 1, timeSteps: 7, seeds: [1, 2] });
    await trainer.setTexts({ training: text, heldOut: text });
    await train(trainer, 0, 3);
    const before = await trainer.snapshot();
    const losses = await trainer.evaluate();
    expect(await trainer.snapshot()).toEqual(before);
    const window = { inputs: text.slice(0, 99), targets: text.slice(1), timeSteps: 99, batch: 1 };
    losses.forEach((loss, trial) => {
      const { size } = model.layout;
      const parameters = (before.parameters as Float64Array).subarray(trial * size, (trial + 1) * size);
      expect(loss).toBeCloseTo(evaluateWindow(model, { parameters }, window).loss, 12);
    });
  });
});

describe('generation', () => {
  test('yields the asked number of tokens in chunks, the same for the same seed', async () => {
    const trainer = engine();
    const chunks = await generated(trainer);
    expect(chunks.map(({ length }) => length)).toEqual([16, 16, 8]);
    expect(await generated(trainer)).toEqual(chunks);
    expect(await generated(trainer, { seed: 10 })).not.toEqual(chunks);
    expect(await generated(trainer, { length: 20 })).toEqual([chunks[0], chunks[1].slice(0, 4)]);
  });

  test('at temperature 0 takes the most likely token after all that came before', async () => {
    const trainer = engine();
    await trainer.setTexts({ training: text, heldOut: text });
    await train(trainer, 0, 30);
    const [chunk] = await generated(trainer, { temperature: 0, length: 10 });
    const parameters = (await trainer.snapshot()).parameters as Float64Array;
    const inputs = Uint32Array.of(0, 1, ...chunk);
    const { logits } = forward(model, { parameters }, { inputs, timeSteps: inputs.length, batch: 1 });
    chunk.forEach((token, n) => {
      const row = logits.subarray((n + 1) * 8, (n + 1) * 8 + VOCABULARY);
      expect(row[token]).toBe(Math.max(...row));
    });
  });
});

describe('time counts on from window to window, for cells that go by it', () => {
  const clock = sequential([oneHot(VOCABULARY), recurrent('clockwork', 6, { modules: 3 }), linear(VOCABULARY)]);

  test('in training and in evaluation: windows of 3 are one of 9', async () => {
    const [short, long] = [3, 9].map((timeSteps) => engine({ model: clock, timeSteps, batch: 1, optimizer: sgd() }));
    for (const trainer of [short, long]) await trainer.setTexts({ training: text, heldOut: text.slice(0, 28) });
    for (const cursor of [0, 3, 6]) short.submit({ step: 0, cursor, reset: cursor === 0, rate: 0 });
    long.submit({ step: 0, cursor: 0, reset: true, rate: 0 });
    const parts = (await short.results(0)).map(({ loss }) => loss[0]);
    expect((parts[0] + parts[1] + parts[2]) / 3).toBeCloseTo((await long.results(0))[0].loss[0], 13);
    expect((await short.evaluate())[0]).toBeCloseTo((await long.evaluate())[0], 13);
  });

  test('and in generation, from the prime on', async () => {
    const trainer = engine({ model: clock });
    const parameters = ((await trainer.snapshot()).parameters as Float64Array).map((value) => 5 * value);
    trainer.restore({ ...await trainer.snapshot(), parameters });
    const prime = Uint32Array.of(0, 1, 2);
    const [chunk] = await generated(trainer, { prime, temperature: 0, length: 12 });
    const inputs = Uint32Array.of(...prime, ...chunk);
    const { logits } = forward(clock, { parameters }, { inputs, timeSteps: inputs.length, batch: 1 });
    chunk.forEach((token, n) => {
      const row = logits.subarray((n + 2) * 8, (n + 2) * 8 + VOCABULARY);
      expect(row[token], `token ${n}`).toBe(Math.max(...row));
    });
    expect(new Set(chunk).size).toBeGreaterThan(1);
  });
});

describe('what cannot be is refused', () => {
  test('a text that is too short, or has tokens the model does not know', async () => {
    const set = (training: Uint32Array) => engine().setTexts({ training, heldOut: text });
    await expect(set(text.slice(0, 12))).rejects.toThrow(
      'the training text has 12 tokens, batch 3 × time 4 needs 13: give a longer text, or a smaller batch or time',
    );
    await set(text.slice(0, 13));
    await expect(set(Uint32Array.from({ length: 50 }, (_, i) => (i === 30 ? 6 : 0)))).rejects.toThrow(
      'token 6 at position 30 is unknown: the model reads 6 tokens and predicts 6',
    );
  });

  test('a step without a text, or outside it', async () => {
    const trainer = engine();
    const control = { step: 0, cursor: 30, reset: true, rate: 0.1 };
    expect(() => trainer.submit(control)).toThrow('the engine has no text yet: await setTexts() first');
    await trainer.setTexts({ training: text, heldOut: text });
    expect(() => trainer.submit(control)).toThrow('cursor is 30: give a whole number from 0 to 29');
  });

  test('an empty prime, a trial that is not', async () => {
    await expect(generated(engine(), { prime: new Uint32Array(0) })).rejects.toThrow('prime is empty');
    await expect(generated(engine(), { trial: 1 })).rejects.toThrow('trial is 1: give a whole number from 0 to 0');
  });

  test('a snapshot of another model or optimiser, without changing anything', async () => {
    const trainer = engine();
    const before = await trainer.snapshot();
    const other = await engine({ optimizer: sgd() }).snapshot();
    expect(() => trainer.restore(other)).toThrow('the snapshot\'s optimizer exp_avg has no values, this model needs');
    expect(() => trainer.restore({ ...other, parameters: new Float32Array(3) })).toThrow('parameters has 3 values');
    expect(await trainer.snapshot()).toEqual(before);
  });
});
