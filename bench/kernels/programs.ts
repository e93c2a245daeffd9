import { generationProgram } from '../../src/layers/generation.js';
import { evaluationProgram, type RunShape, trainingProgram } from '../../src/layers/network.js';
import { lowerSegments } from '../../src/layers/segments.js';
import { sequenceProgram } from '../../src/layers/sequences.js';
import { lowerWavefront } from '../../src/layers/wavefront.js';
import type { AdapterDescription } from '../../src/gpu/device.js';
import {
  adam, type Driver, embedding, input, linear, lstm, type Model, oneHot, recurrent, sequential,
} from '../../src/index.js';
import type { Program } from '../../src/schedule/program.js';
import { chooseStrategy } from '../../src/schedule/tiles.js';
import { type Size, TRAINING } from '../problem.js';

/** A program of the library at one size. */
export interface Workload {
  readonly name: string;
  readonly program: Program;
  /** A training step of the benchmark's own problem: the others are there for kernels that it has not. */
  readonly driver?: Driver;
  /** The driver that Latch takes by itself. */
  readonly chosen?: boolean;
}

/** Tokens of the text that programs read. */
export const TEXT = 10_000;

/** Time steps of the programs that are there for a kernel or two: kernels of single steps are the same for any T. */
const SHORT = 8;

/** The benchmark's training step with both drivers, and programs that have every other kernel between them. */
export function workloads(size: Size, adapter: AdapterDescription, immediates: boolean): Workload[] {
  const run = (model: Model, driver?: Driver, shape: Size = size): RunShape => {
    const { timeSteps, batch } = shape;
    const strategy = chooseStrategy(adapter, { model, timeSteps, batch }, driver);
    return { model, timeSteps, batch, trials: 1, strategy, immediates, wavefront: lowerWavefront };
  };
  const { vocabulary, hidden, layers } = size;
  const model = sequential([oneHot(vocabulary), lstm(hidden, { layers, bias: 'input' }), linear(vocabulary)]);
  const chosen = run(model).strategy.driver;
  const own = (['step', 'sequence'] as const).map((driver): Workload =>
    ({ name: `lstm, ${driver}`, program: training(run(model, driver)), driver, chosen: driver === chosen }));

  const short = { ...size, timeSteps: Math.min(SHORT, size.timeSteps) };
  const text = (cell: string, options = {}, driver?: Driver) => run(
    sequential([embedding(vocabulary, hidden), recurrent(cell, hidden, options), linear(vocabulary)]), driver, short);
  const rows = run(
    sequential([input(hidden), recurrent('gru', hidden, { bidirectional: true }), linear(vocabulary)]), 'step', short);
  const plain = text('lstm', {}, 'step');
  const parts = { rows: Math.ceil((short.timeSteps * short.batch) / 4), inTurn: false }; // of the sums over all rows
  return [
    ...own,
    { name: 'evaluation', program: evaluation(run(model, undefined, short)) },
    { name: 'generation', program: generationProgram(run(model)) },
    { name: 'scan', program: training(text('min-lstm')) },
    { name: 'wavefront', program: training(text('lstm', { layers: 2 }, 'wavefront')) },
    { name: 'dropout', program: training(text('gru', { layers: 2, dropout: 0.2, recurrentDropout: 0.2 }, 'step')) },
    { name: 'layer norm', program: training(text('lstm-layer-norm', {}, 'step')) },
    { name: 'reset before', program: training(text('gru-before', {}, 'step')) },
    { name: 'recompute', program: training({ ...plain, recompute: short.timeSteps / 2 }) },
    { name: 'side by side', program: training({ ...plain, strategy: { ...plain.strategy, parts } }) },
    { name: 'sequences', program: sequenceProgram(rows, { gradients: true, ragged: false, training: false }) },
  ];
}

const training = (run: RunShape): Program => trainingProgram(
  run, { name: 'training text', count: TEXT, length: Math.floor(TEXT / run.batch) },
  {
    optimizer: adam({ rate: TRAINING.rate, beta1: TRAINING.beta1, beta2: TRAINING.beta2, epsilon: TRAINING.epsilon }),
    clip: { norm: TRAINING.clipNorm }, ...(run.recompute === undefined ? {} : { window: lowerSegments }),
  });

const evaluation = (run: RunShape): Program =>
  evaluationProgram(run, { name: 'held-out text', count: TEXT, length: Math.floor(TEXT / run.batch) });
