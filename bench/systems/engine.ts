import { adam, linear, lstm, oneHot, sequential, type Trainer, type TrainerOptions } from '../../src/index.js';
import type { Model } from '../../src/index.js';
import { type Problem, type Size, TRAINING } from '../problem.js';
import type { Training } from '../system.js';

/** Steps that may be under way: Latch's own run-ahead. */
const RUN_AHEAD = 4;

/** What every system does with the gradient. */
export function trainerOptions({ timeSteps, batch }: Size): TrainerOptions {
  const { rate, beta1, beta2, epsilon, clipNorm } = TRAINING;
  return { optimizer: adam({ rate, beta1, beta2, epsilon }), clip: { norm: clipNorm }, timeSteps, batch };
}

/** The problem as a training run of Latch, on whichever engine `create` makes. */
export async function train(
  problem: Problem, create: (model: Model, options: TrainerOptions) => Promise<Trainer>,
): Promise<Training> {
  const { vocabulary, hidden, layers } = problem;
  const model = sequential([oneHot(vocabulary), lstm(hidden, { layers, bias: 'input' }), linear(vocabulary)]);
  const trainer = await create(model, trainerOptions(problem));
  await trainer.setParameters([
    ...problem.lstm.flatMap(({ weightIh, weightHh, bias }, l) => [
      [`1.weight_ih_l${l}`, weightIh], [`1.weight_hh_l${l}`, weightHh], [`1.bias_ih_l${l}`, bias],
    ] as const),
    ['2.weight', problem.linearWeight], ['2.bias', problem.linearBias],
  ]);
  return onBatch(problem, trainer);
}

/** Steps of `trainer` on the problem's batch, again and again from states of zero. */
export async function onBatch(problem: Problem, trainer: Trainer): Promise<Training> {
  const { engine } = trainer;
  await engine.setTexts({ training: streams(problem), heldOut: new Uint32Array() });
  let step = 0;
  let loss = NaN;
  return {
    async step() {
      engine.submit({ step, cursor: 0, reset: true, rate: TRAINING.rate });
      step++;
      for (const result of await engine.results(RUN_AHEAD)) loss = result.loss[0]!;
    },
    async readLoss() {
      for (const result of await engine.results(0)) loss = result.loss[0]!;
      return loss;
    },
    dispose: () => trainer.destroy(),
  };
}

/** The batch as B streams of T + 1 tokens: inputs and, one further on, targets. */
function streams({ timeSteps, batch, ids, targets }: Problem): Uint32Array {
  const length = timeSteps + 1;
  const tokens = new Uint32Array(batch * length + 1);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < timeSteps; t++) tokens[b * length + t] = ids[t * batch + b]!;
    tokens[b * length + timeSteps] = targets[(timeSteps - 1) * batch + b]!;
  }
  return tokens;
}
