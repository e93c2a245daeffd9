import { describe, expect, test } from 'vitest';
import { optimizerOf, prepareExperiment } from '../../src/lab/experiment.js';
import { experimentParameters } from '../../src/lab/initial.js';
import type { Experiment, ExperimentOptions } from '../../src/lab/types.js';
import { unpackParameter } from '../../src/model/layout.js';
import { linear, sequential, oneHot } from '../../src/model/description.js';
import { recurrent } from '../../src/model/recurrent.js';
import { skipOf, withSkip } from '../../src/model/skip.js';
import { inputWeights, recurrentWeights } from '../../src/model/frozen.js';
import { untruncated } from '../../src/model/untruncated.js';
import { tasks } from '../../src/tasks/index.js';
import type { Examples } from '../../src/tasks/task.js';

const digits: Examples = {
  images: new Float32Array(20 * 784).fill(0.5), labels: Uint8Array.from({ length: 20 }, (_, i) => i % 10),
};

/** Initial values of a parameter, in PyTorch's order. */
function valuesOf({ model, setup }: Experiment, name: string, seed = 1): number[] {
  const parameter = model.layout.parameters.find((each) => each.name === name)!;
  return [...unpackParameter(parameter, experimentParameters(model, setup.initial, seed))];
}

describe('every task makes an experiment of the paper\'s set-up', () => {
  for (const task of tasks) {
    test(task.name, () => {
      const experiment = prepareExperiment({ task: task.name }, task.needs ? digits : undefined);
      const { model, problem, setup, seeds, paper, asPaper, values } = experiment;
      expect(experiment.task).toBe(task);
      for (const [name, option] of Object.entries(task.options)) expect(values[name], name).toBe(option.default);
      expect(model.outputs).toBe(problem.outputs);
      expect(model.vocabulary).toBe(problem.input.kind === 'tokens' ? problem.input.vocabulary : 0);
      expect(setup).toEqual({ ...task.setup(values), clip: setup.clip, omega: setup.omega });
      expect(seeds).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(paper).toEqual(task.paper?.(values));
      expect(asPaper).toBe(true);
      expect(skipOf(model) !== undefined).toBe(setup.output !== false && setup.output?.skip === true);
      const flat = experimentParameters(model, setup.initial, 1);
      expect(flat.length).toBe(model.layout.size);
      expect(flat.every(Number.isFinite)).toBe(true);
      expect(optimizerOf(setup).rate).toBe(setup.optimizer.rate);
    });
  }
});

describe('the test', () => {
  test('is of 2,560 sequences as in the paper of 1997, of a whole set, or of 10,000', () => {
    expect(prepareExperiment({ task: 'adding' }).testSequences).toBe(2560);
    expect(prepareExperiment({ task: 'embedded-reber' }).testSequences).toBe(512);
    expect(prepareExperiment({ task: 'latch' }).testSequences).toBe(10_000);
  });
});

describe('what is asked for replaces the paper\'s', () => {
  const of = (options: Partial<ExperimentOptions>): Experiment =>
    prepareExperiment({ task: 'temporal-order', ...options });
  const paper = of({}).setup;

  const changes: [Partial<ExperimentOptions>, object][] = [
    [{ units: 7 }, { units: 7 }], [{ batch: 3 }, { batch: 3 }], [{ limit: 99 }, { limit: 99 }],
    [{ optimizer: 'adam' }, { optimizer: { kind: 'adam', rate: paper.optimizer.rate } }],
    [{ rate: 0.5 }, { optimizer: { kind: 'sgd', rate: 0.5 } }],
    [{ clipNorm: 3 }, { clip: { norm: 3 } }], [{ clipValue: 2 }, { clip: { ...paper.clip, value: 2 } }],
    [{ omega: 1.5 }, { omega: 1.5 }],
  ];
  for (const [options, expected] of changes) {
    test(`${JSON.stringify(options)} changes that alone`, () => {
      const experiment = of(options);
      expect(experiment.setup).toEqual({ ...paper, ...expected });
      expect(experiment.asPaper).toBe('limit' in options); // a lower one can but make a figure missed
    });
  }

  test('0 takes a cure away', () => {
    expect(paper).toMatchObject({ clip: { norm: 1 }, omega: 4 });
    expect(Object.keys(of({ clipNorm: 0, omega: 0 }).setup)).not.toContain('clip');
    expect(Object.keys(of({ clipNorm: 0, omega: 0 }).setup)).not.toContain('omega');
  });

  test('the paper\'s own numbers are as the paper\'s', () => {
    const { units, batch, optimizer: { rate } } = paper;
    expect(of({ units, batch, omega: 4, clipNorm: 1, rate }).asPaper).toBe(true);
    expect(of({ layers: 1, trials: 3, seed: 8 }).asPaper).toBe(true);
    expect(of({ layers: 2, omega: 0 }).asPaper).toBe(false);
    expect(of({ initial: 'pytorch' }).asPaper).toBe(false);
    expect(of({ forgetBias: 1, cell: 'lstm', omega: 0 }).asPaper).toBe(false);
  });

  test('seeds count up from the first', () => {
    expect(of({ trials: 3, seed: 40 }).seeds).toEqual([40, 41, 42]);
    expect(of({ trials: 1, seed: 2 ** 32 - 1 }).seeds).toEqual([2 ** 32 - 1]);
  });

  test('another cell has as many units in all, and its own initial values', () => {
    const { setup, model, asPaper } = prepareExperiment({ task: 'temporal-order-6a', cell: 'gru' });
    const own = prepareExperiment({ task: 'temporal-order-6a' }).setup;
    expect(own).toMatchObject({ cell: 'lstm-1997', units: 2, options: { size: 2, truncated: true } });
    expect(setup).toMatchObject({ cell: 'gru', units: 4, initial: {}, batch: own.batch, optimizer: own.optimizer });
    expect(setup).not.toHaveProperty('options');
    expect(model.layers[1]).toMatchObject({ cell: 'gru', units: 4 });
    expect(asPaper).toBe(false);
  });

  test('another cell has a linear output where the paper\'s net has none', () => {
    expect(prepareExperiment({ task: 'latch' }).model.layers.map(({ kind }) => kind)).toEqual(['input', 'recurrent']);
    const { model, setup } = prepareExperiment({ task: 'latch', cell: 'lstm', units: 4 });
    expect(model.layers.map(({ kind }) => kind)).toEqual(['input', 'recurrent', 'linear']);
    expect(setup.initial).toEqual({});
    const wide = prepareExperiment({ task: 'latch', units: 5 });
    expect(wide.model.layers.map(({ kind }) => kind), 'five units for one output').toEqual(
      ['input', 'recurrent', 'linear']);
    expect([wide.setup.initial, wide.asPaper]).toEqual([{}, false]);
    expect(prepareExperiment({ task: 'latch', units: 1 }).asPaper).toBe(true);
  });

  test('layers, the scheme of initial values and the forget gate\'s bias reach the cell', () => {
    const { model } = of({ cell: 'lstm', layers: 2, initial: 'karpathy', forgetBias: 3, omega: 0 });
    expect(model.layers[1]).toMatchObject({ layers: 2, initial: 'karpathy', forgetBias: 3 });
    const small = of({ cell: 'lstm', units: 2, initial: 'karpathy', forgetBias: 3, omega: 0 });
    const biases = valuesOf(small, '1.bias_ih_l0');
    expect(biases.slice(2, 4)).toEqual([3, 3]);
  });

  test('a scheme replaces the paper\'s weights, not what it says of gates', () => {
    const { setup } = prepareExperiment({ task: 'temporal-order-6a', initial: 'pytorch' });
    expect(setup.initial).toEqual({ gates: { input: [-2, -4] } });
    const frozen = prepareExperiment({ task: 'latch', initial: 'pytorch' });
    expect(frozen.setup.initial).toEqual({ inputs: [[6, 1]] });
  });
});

describe('initial values', () => {
  test('of the latch: one recurrent weight, the noise\'s at 1, others small', () => {
    const experiment = prepareExperiment({ task: 'latch', values: { weight: 0.75 } });
    expect(valuesOf(experiment, '1.weight_hh_l0')).toEqual([0.75]);
    const inputs = valuesOf(experiment, '1.weight_ih_l0');
    expect(inputs[6]).toBe(1);
    for (const value of inputs.slice(0, 6)) {
      expect(Math.abs(value)).toBeLessThanOrEqual(0.1);
      expect(value).not.toBe(0);
    }
    expect(valuesOf(experiment, '1.weight_ih_l0', 2)).not.toEqual(inputs);
  });

  test('of 1997: the input gates\' biases block by block, the rest uniform', () => {
    const experiment = prepareExperiment({ task: 'temporal-order-6b' });
    const biases = valuesOf(experiment, '1.bias_ih_l0');
    expect(biases.filter((value) => Math.abs(value) > 0.1)).toEqual([-2, -4, -6]);
    const weights = valuesOf(experiment, '1.weight_ih_l0');
    expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(0.1);
    expect(Math.max(...weights.map(Math.abs))).toBeGreaterThan(0.08);
  });

  test('of Pascanu: N(0, .1²) and biases of 0', () => {
    const experiment = prepareExperiment({ task: 'temporal-order' });
    const weights = valuesOf(experiment, '1.weight_hh_l0');
    const deviation = Math.sqrt(weights.reduce((sum, value) => sum + value ** 2, 0) / weights.length);
    expect(deviation).toBeCloseTo(0.1, 2);
    expect(valuesOf(experiment, '2.bias').every((value) => value === 0)).toBe(true);
    expect(valuesOf(experiment, '1.bias_ih_l0').every((value) => value === 0)).toBe(true);
  });
});

describe('what cannot be is refused in words', () => {
  const rows: [Record<string, unknown>, string | RegExp][] = [
    [{ task: 'latsch' }, /^task "latsch" is not known: use latch, two-sequence, parity, .*dyck$/],
    [{ colour: 'red' }, /^an experiment has no option "colour": use task, values, cell, units, .*driver$/],
    [{ values: { size: 3 } }, 'latch has no option "size": use length, noise, signal, weight'],
    [{ values: { length: 0 } }, 'latch length is 0: give a whole number from 1 to 100000'],
    [{ values: { length: 2.5 } }, 'latch length is 2.5: give a whole number from 1 to 100000'],
    [{ values: { noise: -1 } }, 'latch noise is -1: give a number from 0 to 100'],
    [{ values: { length: 2 } },
      'length is 2: the first 3 steps tell the class (signal); give at least 3, or less signal'],
    [{ task: 'temporal-order', values: { length: 9 } },
      'length is 9: a marker stands in one tenth of the sequence; give at least 10'],
    [{ task: 'temporal-order-6a', values: { length: 14 } }, /^temporal-order-6a length is 14: .* give at least 15$/],
    [{ task: 'embedded-reber', values: { length: 5 } },
      'embedded-reber has no option "length": it has none, leave it out'],
    [{ cell: 'ltsm' }, /ltsm.*lstm/],
    [{ units: 0 }, 'units is 0: give a whole number from 1 to 65536'],
    [{ layers: 0 }, /layers is 0/],
    [{ trials: 0 }, /^trials is 0: give a whole number from 1 to \d+$/],
    [{ trials: 1.5 }, /^trials is 1.5: give a whole number/],
    [{ seed: -1 }, 'seed is -1: give a whole number from 0 to 4294967286'],
    [{ seed: 2 ** 32 - 1, trials: 2 }, 'seed is 4294967295: give a whole number from 0 to 4294967294'],
    [{ batch: 0 }, 'batch is 0: give a whole number from 1 to 4096'],
    [{ rate: 0 }, 'rate is 0: give a number above 0'],
    [{ rate: NaN }, 'rate is NaN: give a number above 0'], [{ rate: '0.1' }, 'rate is "0.1": give a number above 0'],
    [{ rate: 1e39 }, /^sgd rate is 1e\+39: give a number of at least 1\.2e-38 and at most 3\.4e\+38$/],
    [{ clipNorm: -1 }, 'clipNorm is -1: give a number of at least 0'],
    [{ clipValue: Infinity }, 'clipValue is Infinity: give a number of at least 0'],
    [{ omega: -2 }, 'omega is -2: give a number of at least 0 and at most 1000000'],
    [{ limit: 0 }, /^limit is 0: give a whole number from 1/],
    [{ initial: 'he' }, /initial is "he": use pytorch/],
    [{ forgetBias: 101 }, /forgetBias is 101/],
    [{ omega: 2, cell: 'gru-before' }, 'omega is 2, and gru-before has a time step of 2 products: leave it out, or ' +
      'use rnn, rnn-sigmoid, lstm or gru'],
    [{ omega: 2, task: 'temporal-order-6a' }, /^omega is 2, and lstm-1997 .*: leave it out, or use rnn/],
    [{ omega: 2, cell: 'min-gru' }, /^omega is 2, and min-gru has no recurrent weights: leave it out, or use rnn/],
    [{ task: 'temporal-order', cell: 'carousel' }, /^omega is 4, and carousel has no recurrent weights: leave it out/],
    [{ values: { weight: 2 }, cell: 'lstm', units: 3 }, 'weight is 2, the recurrent weight at the start of the ' +
      'paper\'s one unit, and there is cell lstm, units 3: leave one of them out'],
    [{ values: { weight: 2 }, initial: 'identity' }, /and there is initial identity: leave one of them out$/],
    [{ optimizer: 'lion' }, 'optimizer is lion: use sgd, adam, rmsprop, adagrad'],
  ];
  for (const [options, message] of rows) {
    test(JSON.stringify(options), () => {
      const prepare = (): unknown => prepareExperiment({ task: 'latch', ...options } as ExperimentOptions);
      expect(prepare).toThrow(RangeError);
      expect(prepare).toThrow(typeof message === 'string' ? new RangeError(message) : message);
    });
  }

  test('digits without digits', () => {
    expect(() => prepareExperiment({ task: 'sequential-digits' })).toThrow();
  });
});

describe('a skip connection', () => {
  test('adds weights from the input to the output that start as the linear layer\'s', () => {
    const plain = sequential([oneHot(6), recurrent('rnn', 3), linear(2)]);
    const model = withSkip(plain);
    expect(skipOf(plain)).toBeUndefined();
    expect(skipOf(model)).toMatchObject({ shape: [2, 6] });
    expect(model.layout.count).toBe(plain.layout.count + 12);
    expect(skipOf(model)!.initial).toEqual(plain.layout.parameters.find(({ name }) => name === '2.weight')!.initial);
  });

  test('needs a linear layer', () => {
    expect(() => withSkip(sequential([oneHot(6), recurrent('rnn', 3)]))).toThrow(
      'the model ends with recurrent, and a skip connection leads to a linear layer: end with linear(units)');
  });
});

test('the weights that stay and those that shrink are where the layout says', () => {
  const model = sequential([oneHot(6), recurrent('lstm', 3), linear(2)]);
  const ones = new Float32Array(model.layout.size);
  const { from, count } = inputWeights(model, 4);
  ones.fill(1, from, from + count);
  const { from: start, count: many } = recurrentWeights(model)!;
  ones.fill(2, start, start + many);
  const values = (name: string): number[] =>
    [...unpackParameter(model.layout.parameters.find((each) => each.name === name)!, ones)];
  expect(values('1.weight_ih_l0')).toEqual(Array.from({ length: 12 * 6 }, (_, e) => Number(e % 6 === 4)));
  expect(values('1.weight_hh_l0').every((value) => value === 2)).toBe(true);
  for (const name of ['1.bias_ih_l0', '1.bias_hh_l0', '2.weight', '2.bias']) {
    expect(values(name).every((value) => value === 0), name).toBe(true);
  }
  expect(recurrentWeights(sequential([oneHot(6), recurrent('min-gru', 3)]))).toBeUndefined();
});

test('a truncated cell has its whole gradient for the probe, others are as they were', () => {
  const model = sequential([oneHot(3), recurrent('lstm-1997', 2, { size: 2, truncated: true }), linear(2)]);
  expect(untruncated(model).layers[1]).toMatchObject({ cell: 'lstm-1997', options: { size: 2, truncated: false } });
  expect(untruncated(model).layout).toBe(model.layout);
  const plain = sequential([oneHot(3), recurrent('lstm', 2)]);
  expect(untruncated(plain)).toEqual(plain);
});
