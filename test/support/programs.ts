import { generationProgram } from '../../src/layers/generation.js';
import { cells } from '../../src/cells/index.js';
import { evaluationProgram, type RunShape, trainingProgram } from '../../src/layers/network.js';
import { lowerSegments } from '../../src/layers/segments.js';
import { sequenceProgram } from '../../src/layers/sequences.js';
import { lowerWavefront } from '../../src/layers/wavefront.js';
import { embedding, linear, lstm, type Model, oneHot, sequential } from '../../src/model/description.js';
import { type Bias, recurrent } from '../../src/model/recurrent.js';
import { segmentsOf } from '../../src/model/segments.js';
import { adagrad, adam, type Clip, type OptimizerDescription, rmsprop, sgd } from '../../src/model/optimizers.js';
import type { Program } from '../../src/schedule/program.js';
import { chooseStrategy, type Strategy } from '../../src/schedule/tiles.js';
import { draws, heldRows, modelOf, oneRowEachDriver, pairwiseRows, strategyOf } from './cell-matrix.js';
import { adapters, strategies } from './kernel-case.js';
import { recordingPrograms } from './recorded.js';
import { taskPrograms } from './task-cases.js';

/** A run of `model` on a text of 10,000 tokens: no device, only the shapes. */
export function runShape(model: Model, options: Partial<RunShape> = {}): RunShape {
  const { software } = strategies('step');
  return {
    model, timeSteps: 8, batch: 4, trials: 1, strategy: software, immediates: true, wavefront: lowerWavefront,
    ...options,
  };
}

export function training(
  run: RunShape, optimizer: OptimizerDescription = adam(), clip: Clip = { norm: 5 },
): Program {
  const window = segmentsOf(run.timeSteps, run.recompute).length > 1 ? lowerSegments : undefined;
  return trainingProgram(run, { name: 'training text', count: 10_000, length: 2500 }, { optimizer, clip, window });
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

/** Programs of every cell: a row of the matrix of test/gpu/cells.test.ts with each driver, and for texts. */
function* cellPrograms(): Generator<Program> {
  const rows = pairwiseRows();
  for (const { row } of [...oneRowEachDriver(rows), ...heldRows(rows)]) {
    const model = modelOf(row);
    const { timeSteps, batch, immediates, ragged } = row;
    const run = runShape(model, { timeSteps, batch, immediates, strategy: strategyOf(row, model) });
    yield sequenceProgram(run, { ragged, training: draws(row), gradients: true });
  }
  for (const name of Object.keys(cells)) {
    const model = sequential([embedding(5, 3), recurrent(name, 7, { layers: 2, dropout: 0.2 }), linear(5)]);
    const run = runShape(model, { trials: 2, strategy: strategies('step', 4).hardware });
    yield training(run);
    yield generationProgram(run);
  }
}

/** Programs whose recurrent weights are float16, of cells with one product, several, and several phases. */
function* halfPrograms(): Generator<Program> {
  const kinds = Object.values(adapters).map((adapter) => ({ ...adapter, f16: true }));
  for (const [i, name] of ['lstm', 'gru', 'gru-before', 'lstm-projected', 'lstm-layer-norm', 'lstm-1997'].entries()) {
    const model = sequential([embedding(5, 3), recurrent(name, 9), linear(5)]);
    const workload = { model, timeSteps: 8, batch: 5, precision: 'f16' } as const;
    const strategy = chooseStrategy(kinds[i % kinds.length]!, workload);
    const run = runShape(model, { batch: 5, trials: 1 + i % 2, immediates: i % 2 === 0, strategy });
    yield training(run);
    yield sequenceProgram(run, { ragged: false, training: false, gradients: true });
  }
}

/** Programs with every option that changes a shader: what the lint must find valid. */
export function* programMatrix(): Generator<Program> {
  yield* cellPrograms();
  yield* halfPrograms();
  yield* recordingPrograms();
  yield* taskPrograms();
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
  for (const bias of ['both', 'input', 'none'] as const) {
    const model = sequential([embedding(65, 5), lstm(17, { layers: 3, bias }), linear(65)]);
    for (const [i, cut] of Object.values(strategies('step', 5)).entries()) {
      const strategy: Strategy = { ...cut, driver: 'wavefront' };
      const run = runShape(model, { strategy, immediates: i !== 1, trials: 1 + i, batch: 5 });
      yield training(run);
      yield evaluation(run);
    }
  }
  for (const driver of ['step', 'sequence'] as const) {
    for (const [i, strategy] of Object.values(strategies(driver, 5)).entries()) {
      const run = runShape(models[i]!, { timeSteps: 8, recompute: 3, batch: 5, trials: 1 + 2 * i, strategy });
      yield training(run);
      yield evaluation(run);
    }
  }
  for (const optimizer of [adam(), sgd({ momentum: 0.9 }), sgd(), rmsprop(), adagrad()]) {
    for (const clip of [{}, { norm: 5 }, { value: 1 }, { norm: 5, value: 0.1 }]) {
      yield training(runShape(models[0]!), optimizer, clip);
    }
  }
}
