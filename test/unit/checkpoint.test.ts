import { describe, expect, test } from 'vitest';
import { textCorpus } from '../../src/data/text.js';
import { readSafetensors } from '../../src/io/safetensors.js';
import { embedding, linear, lstm, oneHot, sequential } from '../../src/model/description.js';
import { adagrad, adam, OPTIMIZER_STATES, rmsprop, sgd } from '../../src/model/optimizers.js';
import type { Strategy } from '../../src/schedule/tiles.js';
import type { Checkpoint } from '../../src/train/checkpoint.js';
import { decodeCheckpoint } from '../../src/train/checkpoint-read.js';
import { encodeCheckpoint } from '../../src/train/checkpoint-write.js';
import { fingerprint } from '../../src/train/fingerprint.js';
import { createReferenceTrainer, type TrainerOptions } from '../../src/train/create.js';
import type { Trainer } from '../../src/train/trainer.js';
import { letters } from '../support/letters.js';

const corpus = textCorpus(letters(200, 1));
// Units that are and are not multiples of four, with all biases and with none.
const models = {
  embedding: sequential([embedding(11, 3), lstm(6, { layers: 2, dropout: 0.25 }), linear(11)]),
  'one-hot': sequential([
    oneHot(11), lstm(5, { bias: 'none' }), lstm(4, { bias: 'input' }), linear(11, { bias: false }),
  ]),
};
const optimizers = [adam({ rate: 0.02 }), sgd({ rate: 0.2, momentum: 0.9 }), rmsprop(), adagrad()];

async function trained(model: keyof typeof models, options: TrainerOptions = {}): Promise<Trainer> {
  const trainer = await createReferenceTrainer(models[model], { timeSteps: 6, batch: 3, seed: 7, ...options });
  for await (const { loss } of trainer.fit(corpus, { steps: 5 })) expect(loss).toBeGreaterThan(0);
  return trainer;
}

describe('a checkpoint read back is what was written, bit for bit', () => {
  for (const model of Object.keys(models) as (keyof typeof models)[]) {
    for (const optimizer of optimizers) {
      for (const trials of [1, 3]) {
        test(`${model}, ${optimizer.kind}, trials ${trials} (seed 7)`, async () => {
          const clip = trials === 1 ? {} : { norm: 0.5, value: 0.1 };
          const trainer = await trained(model, { optimizer, trials, clip });
          const bytes = await trainer.checkpoint();
          const read = decodeCheckpoint(bytes);
          expect(read).toEqual({
            model: models[model], timeSteps: 6, batch: 3, seeds: [7, 8, 9].slice(0, trials), optimizer, clip,
            driver: 'step', step: 5, cursor: 30, vocabulary: corpus.vocabulary,
            text: fingerprint(corpus.split({ batch: 3, timeSteps: 6 }).train),
            adapter: 'CPU reference, float64', snapshot: await trainer.engine.snapshot(),
          });
          expect(encodeCheckpoint(read)).toEqual(bytes);
        });
      }
    }
  }

  test('in float32, with the strategy of its adapter', async () => {
    const { snapshot, ...rest } = decodeCheckpoint(await (await trained('embedding', { trials: 2 })).checkpoint());
    const strategy: Strategy = {
      driver: 'sequence', matmul: { rows: 16, columns: 2 }, recurrence: { rows: 4, quad: true, width: 8, held: 'f16' },
      columnLanes: 16, sequence: { flops: 456, sideBySide: 7 }, submitFlops: 123,
    };
    const single: Checkpoint = {
      ...rest, driver: 'sequence', strategy, recompute: 2, precision: 'f16', adapter: 'a GPU',
      snapshot: {
        parameters: Float32Array.from(snapshot.parameters), states: Float32Array.from(snapshot.states),
        optimizer: Object.fromEntries(Object.entries(snapshot.optimizer)
          .map(([name, values]) => [name, Float32Array.from(values)])),
      },
    };
    const bytes = encodeCheckpoint(single);
    expect(decodeCheckpoint(bytes)).toEqual(single);
    expect(new Set([...readSafetensors(bytes).tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['F32']));
  });
});

describe('the file', () => {
  test('has PyTorch\'s names and shapes, the optimiser\'s states after them, and states without padding', async () => {
    const { tensors, metadata } = readSafetensors(await (await trained('embedding')).checkpoint());
    const parameters = [
      ['0.weight', 11, 3],
      ['1.weight_ih_l0', 24, 3], ['1.weight_hh_l0', 24, 6], ['1.bias_ih_l0', 24], ['1.bias_hh_l0', 24],
      ['1.weight_ih_l1', 24, 6], ['1.weight_hh_l1', 24, 6], ['1.bias_ih_l1', 24], ['1.bias_hh_l1', 24],
      ['2.weight', 11, 6], ['2.bias', 11],
    ];
    const expected = [
      ...parameters,
      ...OPTIMIZER_STATES.adam.flatMap((state) => parameters.map(([name, ...shape]) =>
        [`optimizer.${state}.${name}`, ...shape])),
      ...['hidden_l0', 'cell_l0', 'hidden_l1', 'cell_l1'].map((name) => [`state.1.${name}`, 3, 6]),
    ];
    expect([...tensors].map(([name, { shape }]) => [name, ...shape]).sort()).toEqual(expected.sort());
    expect(metadata.get('format')).toBe('pt');
  });

  test('stacks the trials in front', async () => {
    const { tensors } = readSafetensors(await (await trained('one-hot', { trials: 3 })).checkpoint());
    expect(tensors.get('1.weight_hh_l0')!.shape).toEqual([3, 20, 5]);
    expect(tensors.get('state.2.cell_l0')!.shape).toEqual([3, 3, 4]);
  });

  test('holds each trial\'s parameters and states where their names say', async () => {
    const trainer = await trained('embedding', { trials: 3 });
    const { tensors } = readSafetensors(await trainer.checkpoint());
    for (const trial of [0, 1, 2]) {
      for (const [name, { values }] of await trainer.parameters(trial)) {
        const { data } = tensors.get(name)!;
        const start = trial * values.length;
        const found = Float32Array.from(data.slice(start, start + values.length) as Float64Array);
        expect(found, `${name} of trial ${trial}`).toEqual(values);
      }
    }
    // [trials, (hidden, cell) of two layers, batch 3, pad4(6) = 8]: cell of layer 1, trial 2, stream 1, unit 5
    const { states } = await trainer.engine.snapshot();
    const { data } = tensors.get('state.1.cell_l1')!;
    expect(data[2 * 18 + 6 + 5]).toBe(states[(2 * 4 + 3) * 24 + 8 + 5]);
    expect(data[2 * 18 + 6 + 5]).not.toBe(0);
  });
});
