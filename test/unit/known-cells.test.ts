import { expect, test } from 'vitest';
import { knownCell, makeKnown } from '../../src/cells/known.js';
import { lstm } from '../../src/cells/lstm.js';
import { oneHot, sequential } from '../../src/model/description.js';
import { recurrent } from '../../src/model/recurrent.js';

test('a cell is known by its name once a layer of it was made', () => {
  makeKnown(lstm);
  expect(knownCell('lstm')).toBe(lstm);
});

test('a description of which no layer was made is refused, and goes once one was', () => {
  const elsewhere = { ...recurrent('gru', 3), cell: 'clockwork', options: { modules: 3 } };
  const refused = 'no layer of cell "clockwork" was made: a description that comes from elsewhere goes through ' +
    'recurrent("clockwork", units, options) first';
  expect(() => sequential([oneHot(2), elsewhere])).toThrow(new RangeError(refused));
  recurrent('clockwork', 3, { modules: 3 });
  expect(sequential([oneHot(2), elsewhere]).outputs).toBe(3);
});
