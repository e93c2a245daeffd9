import {
  adam, linear, lstm, type Model, oneHot, sequential, type Trainer, type TrainerOptions,
} from '../../src/index.js';
import { type Problem, type Size, TRAINING } from '../problem.js';
import type { Training } from '../system.js';

/** Steps that may be under way: Latch's own run-ahead. */
const RUN_AHEAD = 4;

export type CreateTrainer = (model: Model, options: TrainerOptions) => Promise<Trainer>;

/** What every system does with the gradient. */
export function trainerOptions({ timeSteps, batch }: Size): TrainerOptions {
  const { rate, beta1, beta2, epsilon, clipNorm } = TRAINING;
  return { optimizer: adam({ rate, beta1, beta2, epsilon }), clip: { norm: clipNorm }, timeSteps, batch };
}

/** The problem's network. */
export const modelOf = ({ vocabulary, hidden, layers }: Size): Model =>
  sequential([oneHot(vocabulary), lstm(hidden, { layers, bias: 'input' }), linear(vocabulary)]);

/** The problem's weights by PyTorch's names. */
export const weightsOf = (problem: Problem): Map<string, Float32Array> => new Map([
  ...problem.lstm.flatMap(({ weightIh, weightHh, bias }, l) => [
    [`1.weight_ih_l${l}`, weightIh], [`1.weight_hh_l${l}`, weightHh], [`1.bias_ih_l${l}`, bias],
  ] as const),
  ['2.weight', problem.linearWeight], ['2.bias', problem.linearBias],
]);

/** The problem as a training run of Latch, on whichever engine `create` makes. All trials get the same weights. */
export async function train(problem: Problem, create: CreateTrainer): Promise<Training> {
  const trainer = await create(modelOf(problem), trainerOptions(problem));
  for (const trial of trainer.settings.seeds.keys()) await trainer.setParameters(weightsOf(problem), trial);
  return onBatch(problem, trainer);
}

/** Steps of `trainer` on the problem's batch, again and again from states of zero. */
export async function onBatch(problem: Problem, trainer: Trainer): Promise<Training> {
  const { engine } = trainer;
  await engine.setTexts({ training: streams(problem), heldOut: new Uint32Array() });
  let step = 0;
  let losses: readonly number[] = [];
  return {
    async step() {
      engine.submit({ step, cursor: 0, reset: true, rate: TRAINING.rate });
      step++;
      for (const result of await engine.results(RUN_AHEAD)) losses = result.loss;
    },
    async readLoss() {
      for (const result of await engine.results(0)) losses = result.loss;
      const [first = NaN] = losses;
      // Equal weights, equal data: a trial that goes elsewhere is wrong.
      if (losses.some((loss) => loss !== first)) throw new Error(`the trials' losses differ: ${losses.join(', ')}`);
      return first;
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
