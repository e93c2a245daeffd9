// Tasks with every kind of target, loss and judge, trained side by side on the GPU and in float64.
import type { Device } from '../../src/gpu/device.js';
import type { Driver } from '../../src/kernels/recurrence.js';
import { taskFlowProgram, type TaskRun, taskTestProgram, taskTrainingProgram } from '../../src/layers/tasks.js';
import { experimentParameters } from '../../src/lab/initial.js';
import { input, linear, type Model, oneHot, sequential } from '../../src/model/description.js';
import { inputWeights, recurrentWeights } from '../../src/model/frozen.js';
import { type Clip, type OptimizerDescription, sgd } from '../../src/model/optimizers.js';
import { recurrent, type RecurrentOptions } from '../../src/model/recurrent.js';
import { withSkip } from '../../src/model/skip.js';
import { ReferenceTaskEngine } from '../../src/reference/task.js';
import type { TaskEngine } from '../../src/tasks/engine.js';
import type { Program } from '../../src/schedule/program.js';
import { chooseStrategy } from '../../src/schedule/tiles.js';
import { drawBlock, type SequenceBlock, stepLayout } from '../../src/tasks/sequences.js';
import type { Problem } from '../../src/tasks/task.js';
import { GpuTaskEngine, type TaskEngineOptions } from '../../src/train/task-engine.js';
import { adapters } from './kernel-case.js';

export interface TaskCase {
  readonly input?: Problem['input'];
  readonly outputs?: number;
  readonly loss?: Problem['loss'];
  readonly target?: Problem['target'];
  readonly judge?: Problem['judge'];
  readonly end?: boolean;
  readonly ragged?: boolean;
  readonly timeSteps?: number;
  /** Factor on targets that are values. */
  readonly scale?: number;
  readonly cell?: string;
  readonly units?: number;
  readonly options?: RecurrentOptions;
  /** `none`: the cell's output is the model's. */
  readonly output?: 'linear' | 'skip' | 'none';
  readonly optimizer?: OptimizerDescription;
  readonly clip?: Clip;
  readonly omega?: number;
  /** Inputs whose weights stay. */
  readonly frozen?: readonly number[];
  /** A burst gradient shrinks the recurrent weights. */
  readonly rescued?: boolean;
  readonly driver?: Driver;
  readonly batch?: number;
  readonly testBatch?: number;
}

/** A task of random sequences, some time steps without a target. */
export function randomTask(row: TaskCase): Problem {
  const { outputs = 5, timeSteps = 5, loss = 'softmax', target = 'class', scale = 1 } = row;
  const { input: read = { kind: 'tokens', vocabulary: 6 }, judge = { kind: 'largest' } } = row;
  return {
    timeSteps, input: read, outputs, loss, target, judge, ...(row.end ? { judged: 'end' } : {}),
    criterion: { on: 'stream', sequences: 10, wrong: 0, text: 'none of 10 wrong' },
    draw(random, sequence) {
      const length = row.ragged ? 1 + random.integer(timeSteps) : timeSteps;
      sequence.length = length;
      for (let t = 0; t < length; t++) {
        if (read.kind === 'tokens') sequence.inputs[t] = random.integer(read.vocabulary);
        else for (let i = 0; i < read.width; i++) sequence.inputs[t * read.width + i] = random.uniform(-1, 1);
        sequence.weights[t] = t === length - 1 || random.integer(3) === 0 ? random.uniform(0.5, 2) : 0;
        sequence.legal[t] = 1 + random.integer(Math.max(1, 2 ** outputs - 2)); // neither none nor all
        if (target === 'class') {
          sequence.targets[t] = random.integer(outputs);
          continue;
        }
        const own = Array.from({ length: outputs }, () => (loss === 'linear' ? random.normal() : random.next()));
        const sum = loss === 'softmax' ? own.reduce((a, b) => a + b) : 1; // shares of the classes
        own.forEach((value, v) => (sequence.targets[t * outputs + v] = (scale * value) / sum));
      }
    },
  };
}

export function modelOf(row: TaskCase): Model {
  const { input: read = { kind: 'tokens', vocabulary: 6 }, cell = 'rnn', units = 5, outputs = 5 } = row;
  const first = read.kind === 'tokens' ? oneHot(read.vocabulary) : input(read.width);
  const layer = recurrent(cell, units, row.options);
  if (row.output === 'none') return sequential([first, layer]);
  const model = sequential([first, layer, linear(outputs)]);
  return row.output === 'skip' ? withSkip(model) : model;
}

export const SEEDS = [41, 42, 43];

export function engineOptions(row: TaskCase, seeds: readonly number[] = SEEDS): TaskEngineOptions {
  const model = modelOf(row);
  return {
    model, problem: randomTask(row), seeds, trials: seeds.length, batch: row.batch ?? 3, testBatch: row.testBatch ?? 2,
    optimizer: row.optimizer ?? sgd({ rate: 0.3 }), clip: row.clip ?? {}, omega: row.omega, driver: row.driver,
    frozen: (row.frozen ?? []).map((each) => inputWeights(model, each)),
    ...(row.rescued ? { rescued: recurrentWeights(model) } : {}),
  };
}

/** Parameters uniform in ±0.7 of each trial: larger than a scheme's, so that gates are not all half open. */
export function initialOf(row: TaskCase, seeds: readonly number[] = SEEDS): Float32Array<ArrayBuffer> {
  const model = modelOf(row);
  const { size, parameters } = model.layout;
  const spread = parameters.map((each) => ({ ...each, initial: { kind: 'uniform', bound: 0.7 } as const }));
  const wide = { ...model, layout: { ...model.layout, parameters: spread } };
  const flat = new Float32Array(seeds.length * size);
  seeds.forEach((seed, n) => flat.set(experimentParameters(wide, {}, seed), n * size));
  return flat;
}

export async function gpuEngine(device: Device, row: TaskCase, seeds?: readonly number[]): Promise<GpuTaskEngine> {
  const engine = await GpuTaskEngine.create(device, engineOptions(row, seeds));
  engine.setParameters(initialOf(row, seeds));
  return engine;
}

export function referenceEngine(row: TaskCase, seeds?: readonly number[]): TaskEngine {
  const engine = new ReferenceTaskEngine(engineOptions(row, seeds));
  engine.setParameters(initialOf(row, seeds));
  return engine;
}

/** Steps of training sequences from number `first` on. */
export const trainingBlock = (
  row: TaskCase, steps: number, first = 0, seeds: readonly number[] = SEEDS,
): SequenceBlock => drawBlock(randomTask(row), { batch: row.batch ?? 3, trials: seeds.length }, steps,
  { seeds, first, testing: false });

export const testBlock = (row: TaskCase, steps: number, seeds: readonly number[] = SEEDS): SequenceBlock =>
  drawBlock(randomTask(row), { batch: row.testBatch ?? 2, trials: seeds.length }, steps,
    { seeds, first: 0, testing: true });

const LOSSES = ['softmax', 'logistic', 'sigmoid', 'linear'] as const;
const JUDGES: readonly Problem['judge'][] = [{ kind: 'largest' }, { kind: 'legal' }, { kind: 'error', bound: 0.5 }];

/** What the shader lint must find valid. */
export function* taskPrograms(): Generator<Program> {
  const cells: readonly TaskCase[] = [
    { cell: 'rnn', omega: 2, rescued: true, clip: { norm: 1 }, output: 'skip' },
    { cell: 'lstm', frozen: [1], end: true }, { cell: 'lstm-1997', options: { size: 2, truncated: true } },
    { cell: 'carousel', driver: 'scan', output: 'skip' }, { cell: 'lstm-layer-norm', driver: 'step' },
  ];
  for (const [c, own] of cells.entries()) {
    for (const [k, kind] of (['software', 'hardware', 'vectors'] as const).entries()) {
      const row: TaskCase = {
        ...own, loss: LOSSES[k]!, judge: JUDGES[(c + k) % 3]!, target: (c + k) % 2 === 0 ? 'class' : 'values',
        ...(c % 2 === 0 ? { input: { kind: 'values', width: 3 } } : {}),
      };
      const { problem, model, batch, trials, driver, ...training } = engineOptions(row);
      const run: TaskRun = {
        model, timeSteps: problem.timeSteps, batch, trials, immediates: k !== 1, task: problem, steps: 4,
        strategy: chooseStrategy(adapters[kind], { model, timeSteps: problem.timeSteps, batch }, driver),
        parts: stepLayout(problem, { batch, trials }),
      };
      yield taskTrainingProgram(run, training);
      yield taskTestProgram(run);
      yield taskFlowProgram(run, false);
      yield taskFlowProgram(run, true);
    }
  }
}
