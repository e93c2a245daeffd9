import { describe, expect, test } from 'vitest';
import { cellNamed } from '../../src/cells/index.js';
import { embedding, linear, lstm, oneHot, recurrent, sequential } from '../../src/model/description.js';
import { adagrad, adam, checkClip, rmsprop, sgd } from '../../src/model/optimizers.js';

describe('a model', () => {
  test('knows its vocabulary and outputs, and is JSON', () => {
    const layers = [embedding(7, 5), lstm(3, { layers: 2, dropout: 0.2 }), linear(9)];
    const model = sequential(layers);
    expect([model.vocabulary, model.outputs]).toEqual([7, 9]);
    expect(sequential(JSON.parse(JSON.stringify(layers)))).toEqual(model);
  });

  test('must begin with tokens', () => {
    const hint = 'start with oneHot(vocabulary) or embedding(vocabulary, units)';
    expect(() => sequential([])).toThrow(`the first layer is missing: ${hint}`);
    expect(() => sequential([lstm(3), linear(2)])).toThrow(`the first layer is recurrent: ${hint}`);
  });

  test('must go on after them, and end with a linear layer', () => {
    expect(() => sequential([oneHot(3)])).toThrow(
      'the model has no layer after its input: add lstm(units) and linear(units)',
    );
    expect(() => sequential([oneHot(3), lstm(3)])).toThrow(
      'the last layer is recurrent: end with linear(classes), whose outputs are the logits',
    );
  });

  test('takes tokens once only', () => {
    expect(() => sequential([embedding(3, 2), lstm(3), oneHot(3), linear(3)])).toThrow(
      'layer 2 is oneHot: tokens can only enter at the first layer',
    );
    expect(() => sequential([oneHot(3), linear(3)])).toThrow(
      'a linear layer directly after oneHot is an embedding: use embedding(vocabulary, units)',
    );
  });
});

describe('every option out of range is named with its value and what is allowed', () => {
  const whole = 'give a whole number from 1 to 2147483647';
  const float32 = 'give a number of at least 1.2e-38 and at most 3.4e+38';
  const cases: [string, () => unknown, string][] = [
    ['vocabulary', () => oneHot(0), `oneHot vocabulary is 0: ${whole}`],
    ['embedding vocabulary', () => embedding(2.5, 3), `embedding vocabulary is 2.5: ${whole}`],
    ['embedding units', () => embedding(3, -1), `embedding units is -1: ${whole}`],
    ['units', () => lstm(NaN), `lstm units is NaN: ${whole}`],
    ['layers', () => lstm(3, { layers: 65 }), 'lstm layers is 65: give a whole number from 1 to 64'],
    ['dropout', () => lstm(3, { dropout: 1 }), 'lstm dropout is 1: give a number of at least 0 and below 1'],
    ['bias', () => lstm(3, { bias: 'all' as 'both' }), 'lstm bias is "all": use both, input, none'],
    ['linear units', () => linear(0), `linear units is 0: ${whole}`],
    ['cell', () => recurrent('toString', 3), 'cell "toString" is not known: use lstm'],
    ['cell by name', () => cellNamed('gru9'), 'cell "gru9" is not known: use lstm'],
    ['sgd rate', () => sgd({ rate: 0 }), `sgd rate is 0: ${float32}`],
    ['sgd momentum', () => sgd({ momentum: 1 }), 'sgd momentum is 1: give a number of at least 0 and below 1'],
    ['adam rate', () => adam({ rate: Infinity }), `adam rate is Infinity: ${float32}`],
    ['adam beta1', () => adam({ beta1: -0.1 }), 'adam beta1 is -0.1: give a number of at least 0 and below 1'],
    ['adam epsilon', () => adam({ epsilon: 0 }), `adam epsilon is 0: ${float32}`],
    ['rmsprop alpha', () => rmsprop({ alpha: 2 }), 'rmsprop alpha is 2: give a number of at least 0 and below 1'],
    ['adagrad rate', () => adagrad({ rate: -1 }), `adagrad rate is -1: ${float32}`],
    ['clip norm', () => checkClip({ norm: 0 }), `clip norm is 0: ${float32}`],
    ['clip value', () => checkClip({ value: NaN }), `clip value is NaN: ${float32}`],
  ];
  for (const [name, make, message] of cases) test(name, () => expect(make).toThrow(message));
});
