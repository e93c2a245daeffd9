import { generationProgram } from '../../src/layers/generation.js';
import { evaluationProgram, type RunShape, trainingProgram } from '../../src/layers/network.js';
import { embedding, linear, lstm, type Model, oneHot, sequential } from '../../src/model/description.js';
import type { Bias } from '../../src/model/recurrent.js';
import { adagrad, adam, type Clip, type OptimizerDescription, rmsprop, sgd } from '../../src/model/optimizers.js';
import type { Program } from '../../src/schedule/program.js';
import { strategies } from './kernel-case.js';

/** A run of `model` on a text of 10,000 tokens: no device, only the shapes. */
export function runShape(model: Model, options: Partial<RunShape> = {}): RunShape {
  const { software } = strategies('step');
  return { model, timeSteps: 8, batch: 4, trials: 1, strategy: software, immediates: true, ...options };
}

export function training(
  run: RunShape, optimizer: OptimizerDescription = adam(), clip: Clip = { norm: 5 },
): Program {
  return trainingProgram(run, { name: 'training text', count: 10_000, length: 2500 }, { optimizer, clip });
}

export const evaluation = (run: RunShape): Program =>
  evaluationProgram(run, { name: 'held-out text', count: 1000, length: 250 });

const models: Model[] = (['both', 'input', 'none'] as Bias[]).flatMap((bias, i) => [
  sequential([
    embedding(65, 5 + 11 * i), lstm(17, { layers: 2, dropout: 0.2, bias }), linear(65, { bias: bias !== 'none' }),
  ]),
  sequential([oneHot(64), lstm(64, { bias }), linear(64)]),
  sequential([embedding(3, 1), lstm(1, { bias }), lstm(96, { bias, layers: 3, dropout: 0.5 }), linear(3), linear(3)]),
]);

/** Programs with every option that changes a shader: what the lint must find valid. */
export function* programMatrix(): Generator<Program> {
  for (const model of models) {
    for (const immediates of [true, false]) {
      const batch = immediates ? 5 : 32;
      const choices = (['step', 'sequence'] as const).flatMap((driver) => Object.values(strategies(driver, batch)));
      for (const strategy of choices) {
        const run = runShape(model, { strategy, immediates, trials: immediates ? 3 : 1, batch });
        yield training(run);
        yield evaluation(run);
        yield generationProgram(run);
      }
    }
  }
  for (const optimizer of [adam(), sgd({ momentum: 0.9 }), sgd(), rmsprop(), adagrad()]) {
    for (const clip of [{}, { norm: 5 }, { value: 1 }, { norm: 5, value: 0.1 }]) {
      yield training(runShape(models[0]!), optimizer, clip);
    }
  }
}
