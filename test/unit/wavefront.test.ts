import { describe, expect, test } from 'vitest';
import { cells } from '../../src/cells/index.js';
import { evaluationProgram } from '../../src/layers/network.js';
import { embedding, linear, lstm, type Model, oneHot, sequential } from '../../src/model/description.js';
import { recurrent, type RecurrentOptions } from '../../src/model/recurrent.js';
import { chooseStrategy, type Strategy } from '../../src/schedule/tiles.js';
import { adapters, strategies } from '../support/kernel-case.js';
import { runShape, training } from '../support/programs.js';

const modelOf = (cell: string, options: RecurrentOptions = {}): Model =>
  sequential([oneHot(11), recurrent(cell, 6, { layers: 3, ...options }), linear(11)]);
const choose = (model: Model): Strategy =>
  chooseStrategy(adapters.hardware, { model, timeSteps: 5, batch: 4 }, 'wavefront');

describe('a wavefront', () => {
  test('carries the cells whose time step is one product of the hidden state', () => {
    const carried = Object.keys(cells).filter((cell) => {
      try {
        return choose(modelOf(cell)).driver === 'wavefront';
      } catch {
        return false;
      }
    });
    expect(carried.sort()).toEqual([
      'clockwork', 'gru', 'lstm', 'lstm-cifg', 'lstm-nfg', 'lstm-niaf', 'lstm-nig', 'lstm-noaf', 'lstm-nog', 'lstm-np',
      'lstm-peephole', 'rnn', 'rnn-identity', 'rnn-relu', 'rnn-sigmoid',
    ]);
  });

  test.each<[string, Model, string]>([
    ['one layer', modelOf('lstm', { layers: 1 }),
      'cannot carry lstm in one layer, which has no other to advance with: use "step" or "sequence", or more layers'],
    ['one layer beside others', sequential([oneHot(11), lstm(6, { layers: 2 }), lstm(6), linear(11)]),
      'cannot carry lstm in one layer, which has no other to advance with: use "step" or "sequence", or more layers'],
    ['both directions', modelOf('gru', { bidirectional: true }), 'cannot carry gru in both directions, whose layers ' +
      'read the whole sequence of those below: use "step" or "sequence"'],
    ['dropout between layers', modelOf('rnn', { dropout: 0.2 }), 'cannot carry rnn with dropout 0.2 between layers, ' +
      'which is drawn for the whole sequence: use "step" or "sequence", or recurrentDropout or zoneout in its place'],
    ['two phases', modelOf('gru-before'), 'cannot carry gru-before whose time step is not one product of the hidden ' +
      'state with the weights of all gates: use "step" or "sequence"'],
    ['no recurrent layer', sequential([embedding(11, 3), linear(11)]),
      'advances recurrent layers together, and the model has none: leave the driver out'],
  ])('refuses %s, and says why', (_, model, reason) => {
    expect(() => choose(model)).toThrow(new RangeError(`driver "wavefront" ${reason}`));
  });

  test('is no table\'s choice: nothing says yet where it is faster', () => {
    for (const adapter of Object.values(adapters)) {
      for (const batch of [1, 8, 64]) {
        const { driver } = chooseStrategy(adapter, { model: modelOf('lstm'), timeSteps: 64, batch });
        expect(driver).not.toBe('wavefront');
      }
    }
  });
});

describe('its kernels', () => {
  const options = { recurrentDropout: 0.2, zoneout: 0.1, bias: 'both' } as const;
  const run = runShape(modelOf('lstm-peephole', options), {
    trials: 3, strategy: { ...strategies('step').hardware, driver: 'wavefront' },
  });
  const text = { name: 'held-out text', count: 1000, length: 250 };
  const programs = [training(run), training({ ...run, recompute: 3 }), evaluationProgram(run, text)];

  test('bind at most eight storage buffers, with all that a cell can have', () => {
    const counts = programs.flatMap(({ dispatches }) =>
      dispatches.map(({ kernel }) => Object.keys(kernel.bindings).length));
    expect(Math.max(...counts)).toBe(8);
  });

  test('find each layer as far from the one below in the parameters as they say', () => {
    const [{ kernel }] = programs[0]!.dispatches.filter(({ label }) => label.endsWith('wavefront')) as
      [(typeof programs)[0]['dispatches'][0]];
    const place = (name: string): number =>
      run.model.layout.parameters.find((parameter) => parameter.name === `1.${name}`)!.offset / 4;
    const { LAYER_PARAMETERS: distance, STRIDE_SOURCE_0: input } = kernel.defines;
    for (const name of ['weight_hh', 'bias_ih', 'bias_hh', 'peephole']) {
      for (const layer of [1, 2]) expect(place(`${name}_l${layer}`) - place(`${name}_l${layer - 1}`)).toBe(distance);
    }
    for (const layer of [1, 2]) expect(place(`weight_hh_l${layer}`) - place(`weight_ih_l${layer}`)).toBe(input);
  });

  test('cost together what the steps and input products of a layer after the other cost', () => {
    const flops = (driver: 'step' | 'wavefront'): number => {
      const layers = sequential([oneHot(64), lstm(64, { layers: 3 }), linear(64)]);
      const shape = runShape(layers, { strategy: { ...strategies('step').hardware, driver } });
      return training(shape).dispatches.reduce((sum, { kernel }) => sum + kernel.cost.flops, 0);
    };
    expect(flops('wavefront') / flops('step')).toBeCloseTo(1, 2);
  });
});
