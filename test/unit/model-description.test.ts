import { describe, expect, test } from 'vitest';
import {
  type Activation, embedding, gru, input, type LayerDescription, linear, lstm, type LstmOptions, oneHot,
  rnn, sequential,
} from '../../src/model/description.js';
import { checkTextModel } from '../../src/model/text-model.js';
import { recurrent, type RecurrentDescription } from '../../src/model/recurrent.js';
import { adagrad, adam, checkClip, rmsprop, sgd } from '../../src/model/optimizers.js';

describe('a model', () => {
  test('knows its vocabulary and outputs, and is JSON', () => {
    const layers = [embedding(7, 5), lstm(3, { layers: 2, dropout: 0.2 }), linear(9)];
    const model = sequential(layers);
    expect([model.vocabulary, model.outputs]).toEqual([7, 9]);
    expect(sequential(JSON.parse(JSON.stringify(layers)))).toEqual(model);
  });

  test('may read rows of values, and end with any layer', () => {
    const model = sequential([input(4), gru(3, { bidirectional: true })]);
    expect([model.vocabulary, model.outputs]).toEqual([0, 6]);
    expect(model.layout.parameters[0].shape).toEqual([9, 4]);
  });

  test('hands the width of each layer to the next', () => {
    const widths: [RecurrentDescription, number][] = [
      [rnn(5), 5], [gru(5, { bidirectional: true }), 10], [lstm(5, { projection: 2 }), 2],
      [lstm(5, { projection: 2, bidirectional: true }), 4], [recurrent('lstm-1997', 5, { size: 3 }), 15],
      [recurrent('lstm-1997', 5, { size: 3, bidirectional: true }), 30], [recurrent('grid', 5, { layers: 2 }), 5],
    ];
    for (const [layer, width] of widths) {
      const { layout } = sequential([input(4), layer, linear(3)]);
      expect(layout.parameters.find(({ name }) => name === '2.weight')!.shape, layer.cell).toEqual([3, width]);
    }
  });

  const refused: [string, LayerDescription[], string][] = [
    ['without a layer', [],
      'the first layer is missing: start with oneHot(vocabulary), embedding(vocabulary, units) or input(width)'],
    ['without an input', [lstm(3), linear(2)],
      'the first layer is recurrent: start with oneHot(vocabulary), embedding(vocabulary, units) or input(width)'],
    ['with an input alone', [input(3)],
      'the model has no layer after its input: add lstm(units) and linear(units)'],
    ['with tokens in the middle', [embedding(3, 2), lstm(3), oneHot(3), linear(3)],
      'layer 2 is oneHot: input can only enter at the first layer'],
    ['with rows of values in the middle', [oneHot(3), input(3), linear(3)],
      'layer 1 is input: input can only enter at the first layer'],
    ['with an embedding in disguise', [oneHot(3), linear(3)],
      'a linear layer directly after oneHot is an embedding: use embedding(vocabulary, units)'],
  ];
  for (const [name, layers, message] of refused) {
    test(`${name} is refused`, () => expect(() => sequential(layers)).toThrow(new RangeError(message)));
  }
});

describe('a model that is to predict a text', () => {
  test('reads tokens and ends with a linear layer', () => {
    checkTextModel(sequential([oneHot(3), lstm(3), linear(3)]));
    checkTextModel(sequential([embedding(3, 2), rnn(3), gru(4), linear(3)]));
  });

  const refused: [LayerDescription[], string][] = [
    [[input(3), lstm(3), linear(3)],
      'the first layer is input: a text is tokens, start with oneHot(vocabulary) or embedding(vocabulary, units)'],
    [[oneHot(3), lstm(3)],
      'the last layer is recurrent: end with linear(vocabulary), whose outputs are the logits of the next token'],
    [[oneHot(3), lstm(3), gru(3, { bidirectional: true }), linear(3)],
      'layer 2 is bidirectional, and training on a text carries states from window to window: the reverse direction ' +
      'would need the states of a window that is not read yet, and would see the very characters that are to be ' +
      'predicted; leave bidirectional out, or use createNetwork on whole sequences'],
  ];
  for (const [layers, message] of refused) {
    test(message, () => expect(() => checkTextModel(sequential(layers))).toThrow(new RangeError(message)));
  }
});

describe('shorthands name cells of the catalogue', () => {
  type Case = [RecurrentDescription, string];
  const cases: Case[] = [
    [lstm(4), 'lstm'],
    ...(['nig', 'nfg', 'nog', 'niaf', 'noaf', 'np', 'cifg', 'fgr'] as const)
      .map((variant): Case => [lstm(4, { variant }), `lstm-${variant}`]),
    [lstm(4, { peepholes: ['output'] }), 'lstm-peephole'],
    [lstm(4, { variant: 'nig', peepholes: ['output'] }), 'lstm-nig'],
    [lstm(4, { layerNorm: true }), 'lstm-layer-norm'],
    [lstm(4, { layerNorm: false }), 'lstm'],
    [lstm(4, { projection: 2 }), 'lstm-projected'],
    [rnn(4), 'rnn'],
    ...(['relu', 'sigmoid', 'identity'] as const)
      .map((activation): Case => [rnn(4, { activation }), `rnn-${activation}`]),
    [rnn(4, { activation: 'tanh' }), 'rnn'],
    [gru(4), 'gru'], [gru(4, { reset: 'after' }), 'gru'], [gru(4, { reset: 'before' }), 'gru-before'],
  ];
  for (const [{ cell, options }, name] of cases) {
    test(`${name} ${JSON.stringify(options)}`, () => expect(cell).toBe(name));
  }

  const refused: [() => unknown, string][] = [
    [() => lstm(4, { variant: 'peephole' as LstmOptions['variant'] }),
      'lstm variant is "peephole": use nig, nfg, nog, niaf, noaf, np, cifg, fgr'],
    [() => lstm(4, { layerNorm: 'yes' as unknown as boolean }), 'lstm layerNorm is "yes": give true or false'],
    [() => lstm(4, { variant: 'cifg', layerNorm: true }),
      'an lstm cannot be lstm-cifg and lstm-layer-norm at once: each is a cell of its own, choose one'],
    [() => lstm(4, { peepholes: ['input'], projection: 2 }),
      'an lstm cannot be lstm-peephole and lstm-projected at once: each is a cell of its own, choose one'],
    [() => lstm(4, { variant: 'np', layerNorm: true, projection: 2 }),
      'an lstm cannot be lstm-np and lstm-layer-norm and lstm-projected at once: each is a cell of its own, ' +
      'choose one'],
    [() => lstm(4, { variant: 'np', peepholes: ['input'] }),
      'lstm-np has no option peepholes, the gates that see the cell state: use it with lstm-peephole, lstm-nig, ' +
      'lstm-nfg, lstm-nog, lstm-niaf, lstm-noaf, lstm-cifg, lstm-fgr'],
    [() => rnn(4, { activation: 'gelu' as Activation }),
      'rnn activation is "gelu": use tanh, relu, sigmoid, identity'],
    [() => gru(4, { reset: 'never' as 'after' }), 'gru reset is "never": use after, before'],
    [() => gru(4, { truncated: true }),
      'gru has no option truncated, a gradient that flows back in time through constant error carousels alone: ' +
      'use it with lstm-1997'],
  ];
  for (const [make, message] of refused) {
    test(message, () => expect(make).toThrow(new RangeError(message)));
  }
});

describe('every option out of range is named with its value and what is allowed', () => {
  const whole = 'give a whole number from 1 to 2147483647';
  const float32 = 'give a number of at least 1.2e-38 and at most 3.4e+38';
  const share = 'give a number of at least 0 and below 1';
  const cases: [() => unknown, string][] = [
    [() => input(0), `input width is 0: ${whole}`],
    [() => oneHot(0), `oneHot vocabulary is 0: ${whole}`],
    [() => embedding(2.5, 3), `embedding vocabulary is 2.5: ${whole}`],
    [() => embedding(3, -1), `embedding units is -1: ${whole}`],
    [() => linear(0), `linear units is 0: ${whole}`],
    [() => linear(3, { bias: 'no' as unknown as boolean }), 'linear bias is "no": give true or false'],
    [() => sgd({ rate: 0 }), `sgd rate is 0: ${float32}`],
    [() => sgd({ momentum: 1 }), `sgd momentum is 1: ${share}`],
    [() => adam({ rate: Infinity }), `adam rate is Infinity: ${float32}`],
    [() => adam({ beta1: -0.1 }), `adam beta1 is -0.1: ${share}`],
    [() => adam({ epsilon: 0 }), `adam epsilon is 0: ${float32}`],
    [() => rmsprop({ alpha: 2 }), `rmsprop alpha is 2: ${share}`],
    [() => adagrad({ rate: -1 }), `adagrad rate is -1: ${float32}`],
    [() => checkClip({ norm: 0 }), `clip norm is 0: ${float32}`],
    [() => checkClip({ value: NaN }), `clip value is NaN: ${float32}`],
  ];
  for (const [make, message] of cases) test(message, () => expect(make).toThrow(new RangeError(message)));
});
