import { describe, expect, test } from 'vitest';
import { type CellOptions, cellNamed, cells } from '../../src/cells/index.js';
import { input, sequential } from '../../src/model/description.js';
import { recurrent, type RecurrentOptions } from '../../src/model/recurrent.js';

const everyCell = Object.keys(cells);
const list = everyCell.join(', ');
const share = 'give a number of at least 0 and below 1';

/** What a caller without types, or a file, may hand over. */
const loose = (cell: string, options: Record<string, unknown>, units = 6) =>
  recurrent(cell, units, options as RecurrentOptions);
const expectRefusal = (make: () => unknown, message: string): void => expect(make).toThrow(new RangeError(message));

describe('every cell', () => {
  for (const cell of everyCell) {
    test(`${cell} is described by default, stacked and in both directions`, () => {
      const { layout } = sequential([input(3), recurrent(cell, 5, { layers: 2, bidirectional: true })]);
      const names = layout.parameters.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const end of ['_l0', '_l0_reverse', '_l1', '_l1_reverse']) expect(names).toContain(`1.weight_ih${end}`);
    });
  }

  test('fills in what is not said', () => {
    expect(recurrent('gru', 5)).toEqual({
      kind: 'recurrent', cell: 'gru', units: 5, layers: 1, bidirectional: false, dropout: 0, recurrentDropout: 0,
      zoneout: { hidden: 0, cell: 0 }, bias: 'both', initial: 'pytorch', options: {},
    });
    expect(recurrent('lstm-1997', 5).bias).toBe('input');
  });

  test('keeps what is said, peepholes once each and in the cell\'s order', () => {
    const { options } = recurrent('lstm-peephole', 5, { peepholes: ['output', 'input', 'output'] });
    expect(options).toEqual({ peepholes: ['input', 'output'] });
    expect(recurrent('lstm', 5, { zoneout: { hidden: 0.1 } }).zoneout).toEqual({ hidden: 0.1, cell: 0 });
    expect(recurrent('lstm', 5, { zoneout: 0.1 }).zoneout).toEqual({ hidden: 0.1, cell: 0.1 });
  });

  test('one zoneout rate is the hidden state\'s alone where there is no cell state', () => {
    expect(recurrent('gru', 5, { zoneout: 0.1 }).zoneout).toEqual({ hidden: 0.1, cell: 0 });
  });
});

describe('an unknown cell is refused with those there are', () => {
  for (const name of ['toString', '__proto__', 'gru9', '']) {
    test(`"${name}"`, () => {
      expectRefusal(() => recurrent(name, 3), `cell "${name}" is not known: use ${list}`);
      expectRefusal(() => cellNamed(name), `cell "${name}" is not known: use ${list}`);
    });
  }
});

describe('an option that cannot be is refused with its value and what is allowed', () => {
  const cases: [string, Record<string, unknown>, string][] = [
    ['rnn', { layers: 65 }, 'rnn layers is 65: give a whole number from 1 to 64'],
    ['rnn', { layers: null }, 'rnn layers is null: give a whole number from 1 to 64'],
    ['rnn', { bidirectional: 1 }, 'rnn bidirectional is 1: give true or false'],
    ['rnn', { bidirectional: 'false' }, 'rnn bidirectional is "false": give true or false'],
    ['gru', { dropout: 1 }, `gru dropout is 1: ${share}`],
    ['gru', { recurrentDropout: -0.1 }, `gru recurrentDropout is -0.1: ${share}`],
    ['gru', { recurrentDropout: [0.1] }, `gru recurrentDropout is [0.1]: ${share}`],
    ['lstm', { zoneout: 1 }, `lstm zoneout is 1: ${share}`],
    ['lstm', { zoneout: NaN }, `lstm zoneout is NaN: ${share}`],
    ['lstm', { zoneout: { hidden: 2 } }, `lstm zoneout of the hidden state is 2: ${share}`],
    ['lstm', { zoneout: { cell: '0' } }, `lstm zoneout of the cell state is "0": ${share}`],
    ['lstm', { zoneout: [] }, 'lstm zoneout is []: give a number, or { hidden, cell }'],
    ['lstm', { zoneout: null }, 'lstm zoneout is null: give a number, or { hidden, cell }'],
    ['lstm', { zoneout: 'high' }, 'lstm zoneout is "high": give a number, or { hidden, cell }'],
    ['lstm', { zoneout: { hiden: 0.1 } }, 'lstm zoneout is {"hiden":0.1}: give a number, or { hidden, cell }'],
    ['lstm', { bias: 'all' }, 'lstm bias is "all": use both, input, gates, none'],
    ['lstm', { bias: null }, 'lstm bias is null: use both, input, gates, none'],
    ['lstm', { initial: 'he' },
      'lstm initial is "he": use pytorch, glorot-orthogonal, pascanu-sigmoid, pascanu-tanh, pascanu-smart, karpathy, ' +
      'identity'],
    ['lstm', { forgetBias: 101 }, 'lstm forgetBias is 101: give a number of at least -100 and at most 100'],
    ['lstm', { forgetBias: '1' }, 'lstm forgetBias is "1": give a number of at least -100 and at most 100'],
    ['lstm-peephole', { peepholes: 'input' },
      'lstm-peephole peepholes is "input": give a list of input, forget, output'],
    ['lstm-peephole', { peepholes: { 0: 'input' } },
      'lstm-peephole peepholes is {"0":"input"}: give a list of input, forget, output'],
    ['lstm-peephole', { peepholes: ['cell'] }, 'lstm-peephole peepholes is "cell": use input, forget, output'],
    ['lstm-peephole', { peepholes: [['input']] }, 'lstm-peephole peepholes is ["input"]: use input, forget, output'],
    ['lstm-1997', { size: 0 }, 'lstm-1997 size is 0: give a whole number from 1 to 6'],
    ['lstm-1997', { size: 7 }, 'lstm-1997 size is 7: give a whole number from 1 to 6'],
    ['lstm-1997', { truncated: 'yes' }, 'lstm-1997 truncated is "yes": give true or false'],
    ['clockwork', { modules: 7 }, 'clockwork modules is 7: give a whole number from 1 to 6'],
    ['clockwork', { modules: 0 }, 'clockwork modules is 0: give a whole number from 1 to 6'],
    ['lstm-projected', { projection: 0 }, 'lstm-projected projection is 0: give a whole number from 1 to 5'],
    ['lstm-projected', { projection: 6 }, 'lstm-projected projection is 6: give a whole number from 1 to 5'],
  ];
  for (const [cell, options, message] of cases) test(message, () => expectRefusal(() => loose(cell, options), message));

  test('units, for every cell', () => {
    for (const cell of everyCell) {
      for (const units of [0, -1, 2.5, NaN]) {
        expectRefusal(() => recurrent(cell, units),
          `${cell} units is ${units}: give a whole number from 1 to 2147483647`);
      }
    }
  });

  test('modules past 24, whose period no counter of steps holds', () => {
    expectRefusal(() => loose('clockwork', { modules: 25 }, 100),
      'clockwork modules is 25: give a whole number from 1 to 24');
  });
});

describe('an option of other cells is refused with what it says and whose it is', () => {
  const odyssey = 'lstm-peephole, lstm-nig, lstm-nfg, lstm-nog, lstm-niaf, lstm-noaf, lstm-cifg, lstm-fgr';
  const options: [keyof CellOptions, unknown, string, string][] = [
    ['peepholes', [], 'the gates that see the cell state', odyssey],
    ['size', 2, 'the memory cells that share a block\'s gates', 'lstm-1997'],
    ['truncated', true, 'a gradient that flows back in time through constant error carousels alone', 'lstm-1997'],
    ['modules', 2, 'the groups of units, each with a period of its own', 'clockwork'],
    ['projection', 2, 'the width of the projected hidden state', 'lstm-projected'],
  ];
  for (const [option, value, meaning, owners] of options) {
    test(`${option}: by every cell but ${owners}`, () => {
      for (const cell of everyCell) {
        const make = () => loose(cell, { [option]: value });
        if (owners.split(', ').includes(cell)) expect(make().options).toEqual({ [option]: value });
        else expectRefusal(make, `${cell} has no option ${option}, ${meaning}: use it with ${owners}`);
      }
    });
  }
});

describe('options that do not go together are refused with the reason', () => {
  const cases: [string, RecurrentOptions, string][] = [
    ['lstm-1997', { zoneout: 0.1 },
      'zoneout: its gates are part of the hidden state, and zoneout says nothing of those'],
    ['lstm-1997', { recurrentDropout: 0.1 },
      'recurrentDropout: its gates are part of the hidden state, and the mask is of h alone'],
    ['lstm-1997', { bias: 'both' },
      'bias "both": the paper has one bias a unit: use bias "input", "gates" (of gates alone) or "none"'],
    ['lstm-1997', { forgetBias: 1 }, 'forgetBias: it has no forget gate with a bias'],
    ['min-gru', { recurrentDropout: 0.1 },
      'recurrentDropout: it has no recurrent weights whose input could be dropped'],
    ['min-lstm', { recurrentDropout: 0.1 },
      'recurrentDropout: it has no recurrent weights whose input could be dropped'],
    ['lstm', { bias: 'gates' },
      'bias "gates": biases of the gates alone are of lstm-1997; use "both", "input" or "none"'],
    ['gru', { zoneout: { cell: 0.1 } },
      'zoneout of the cell state: it has no cell state; give zoneout { hidden }'],
    ['rnn', { zoneout: { hidden: 0.1, cell: 0.1 } },
      'zoneout of the cell state: it has no cell state; give zoneout { hidden }'],
    ['gru', { forgetBias: 1 }, 'forgetBias: it has no forget gate with a bias'],
    ['lstm-nfg', { forgetBias: 1 }, 'forgetBias: it has no forget gate with a bias'],
    ['lstm-cifg', { forgetBias: 1 }, 'forgetBias: it has no forget gate with a bias'],
    ['lstm', { forgetBias: 1, bias: 'none' }, 'forgetBias: bias is "none"; use bias "both" or "input"'],
    ['lstm-nig', { peepholes: ['output', 'input'] },
      'a peephole into the input gate: it has no such gate with weights'],
    ['lstm-cifg', { peepholes: ['forget'] }, 'a peephole into the forget gate: it has no such gate with weights'],
    ['lstm-projected', { projection: 2, initial: 'pascanu-smart' },
      'initial "pascanu-smart": it scales square matrices to a spectral radius, and a projection makes recurrent ' +
      'weights that are not square'],
  ];
  for (const [cell, options, why] of cases) {
    test(`${cell}, ${JSON.stringify(options)}`, () => {
      expectRefusal(() => recurrent(cell, 6, options), `${cell} cannot have ${why}`);
    });
  }

  test('a projection of a single unit, which is not narrower', () => {
    expectRefusal(() => recurrent('lstm-projected', 1),
      'lstm-projected cannot have 1 units: its projection must be narrower, give at least 2');
  });
});
