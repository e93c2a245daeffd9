import { describe, expect, test } from 'vitest';
import {
  createReferenceNetwork, createReferenceTrainer, embedding, input, linear, type NetworkInput, recurrent, sequential,
} from '../../src/index.js';

const model = sequential([input(2), recurrent('lstm', 3)]);
const tokens = sequential([embedding(5, 2), recurrent('gru', 3), linear(5)]);
const clock = sequential([input(2), recurrent('clockwork', 4)]);
const network = (of = model) => createReferenceNetwork(of, { timeSteps: 2, batch: 2 });
const inputs = [1, 2, 3, 4, 5, 6, 7, 8];

describe('an input is refused with the reason, before anything is computed', () => {
  const cases: [string, unknown, RegExp][] = [
    ['none', {}, /^inputs is undefined: give 8 values, its shape is \[2, 2, 2\]$/],
    ['too few', { inputs: [1] }, /^inputs has 1 values, its shape \[2, 2, 2\] needs 8$/],
    ['NaN', { inputs: inputs.with(5, NaN) }, /^inputs\[5\] is NaN: give finite numbers$/],
    ['a misspelt key', { inputs, length: [2, 2] }, /^the input has no option "length": use inputs, states, /],
    ['a word for states', { inputs, states: 'carrry' },
      /^states are "carrry": give them by name \(1\.hidden, 1\.cell\), or "carry"$/],
    ['an unknown state', { inputs, states: { hidden: [0] } },
      /^the model has no state "hidden": use 1\.hidden, 1\.cell$/],
    ['an infinite state', { inputs, states: { '1.cell': [0, 0, 0, 0, 0, Infinity] } },
      /^state 1\.cell\[5\] is Infinity: give finite numbers$/],
    ['a length past the end', { inputs, lengths: [3, 1] }, /^length of row 0 is 3: give a whole number from 0 to 2$/],
    ['reset alone', { inputs, reset: [1, 0] }, /^reset names rows of carried states: give it with states: "carry"$/],
  ];
  for (const [name, wrong, message] of cases) {
    test(name, async () => {
      await expect((await network()).run(wrong as NetworkInput)).rejects.toThrow(message);
    });
  }

  test('a token that the model does not know', async () => {
    await expect((await network(tokens)).run({ inputs: [0, 1, 5, 2] }))
      .rejects.toThrow('token 2 is 5: give a whole number from 0 to 4');
  });

  test('some rows of a clockwork RNN reset, since all share the time', async () => {
    const carried = await network(clock);
    await carried.run({ inputs });
    await expect(carried.run({ inputs, states: 'carry', reset: [1, 0] }))
      .rejects.toThrow(/layer 1 is a clockwork RNN.*reset all rows, or none$/);
    await carried.run({ inputs, states: 'carry', reset: [1, 1] });
  });

  test('parameters that are not finite', async () => {
    const values = new Map([['1.bias_ih_l0', new Float64Array(12).fill(NaN)]]);
    await expect((await network()).setParameters(values))
      .rejects.toThrow('1.bias_ih_l0[0] is NaN: give finite numbers');
  });

  test('a misspelt option of the network', async () => {
    await expect(createReferenceNetwork(model, { timesteps: 2, batch: 2 } as never))
      .rejects.toThrow('a network has no option "timesteps": use timeSteps, batch, seed, driver');
  });
});

test('what lies past a row\'s end may be anything', async () => {
  const { outputs } = await (await network()).run({ inputs: inputs.with(6, NaN), lengths: [2, 1] });
  expect(outputs.every(Number.isFinite)).toBe(true);
});

test('an option that no recurrent layer has is refused, not left out', () => {
  expect(() => recurrent('lstm', 3, { recurrent_dropout: 0.5 } as never))
    .toThrow(/^lstm has no option "recurrent_dropout": use layers, bidirectional, /);
});

test('a driver that cannot carry the cell is refused by the CPU too, which would write it down', async () => {
  await expect(createReferenceTrainer(tokens, { driver: 'scan' })).rejects.toThrow(/^driver "scan" cannot carry gru/);
});

test('a cell without recurrent weights has one bias', () => {
  expect(recurrent('min-gru', 3).bias).toBe('input');
  expect(() => recurrent('min-gru', 3, { bias: 'both' })).toThrow(/no second bias/);
});
