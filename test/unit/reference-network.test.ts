// What goes on around the cells: rows that end, two directions, states that are carried, and what is refused.
import { describe, expect, test } from 'vitest';
import { cells } from '../../src/cells/index.js';
import { embedding, input, linear, oneHot, rnn, sequential } from '../../src/model/description.js';
import { initialParameters } from '../../src/model/initial.js';
import type { Network } from '../../src/model/network.js';
import { recurrent } from '../../src/model/recurrent.js';
import { forward } from '../../src/reference/network.js';
import { backThrough } from '../../src/reference/recurrent-layer.js';
import { createReferenceNetwork } from '../../src/train/create-network.js';
import { type Problem, randomProblem } from '../support/differences.js';

const NAMES = Object.keys(cells);

function expectAllClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  for (let e = 0; e < actual.length; e++) expect(actual[e], `${what}[${e}]`).toBeCloseTo(expected[e]!, 12);
}

/** Row `b` of each time of [T, B, width], or of each layer of states [L, B, width]; the first `times` of them. */
const rowOf = (values: ArrayLike<number>, b: number, batch: number, width: number, times = Infinity): number[] =>
  Array.from(values).filter((_, e) => Math.floor(e / width) % batch === b && Math.floor(e / width / batch) < times);

/** A network with `problem`'s parameters for another shape of window. */
async function likewise(problem: Problem, timeSteps: number, batch: number): Promise<Network> {
  const network = await createReferenceNetwork(problem.network.model, { timeSteps, batch });
  await network.setParameters(problem.values);
  return network;
}

describe('a row that ends early is the same row alone, at its length', () => {
  const LENGTHS = [3, 1, 5, 0];
  NAMES.forEach((cell, n) => {
    for (const bidirectional of [false, true]) {
      const seed = 400 + n;
      test(`${cell}${bidirectional ? ', both directions' : ''} (seed ${seed})`, async () => {
        const layer = recurrent(cell, 3, { layers: 2, bidirectional });
        const problem = await randomProblem([input(2), layer], seed, { timeSteps: 5, batch: 4, lengths: LENGTHS });
        const { network, input: given } = problem;
        const { outputs: width } = network.model;
        const all = await network.gradients(given);
        const summed = new Map<string, number[]>();
        for (const [b, length] of LENGTHS.entries()) {
          expect(rowOf(all.outputs, b, 4, width).slice(length * width).every((value) => value === 0)).toBe(true);
          expect(rowOf(all.inputGradient!, b, 4, 2).slice(length * 2).every((value) => value === 0)).toBe(true);
          const states = (from: Readonly<Record<string, ArrayLike<number>>>) => Object.fromEntries(
            Object.entries(from).map(([name, values]) =>
              [name, rowOf(values, b, 4, values.length / (4 * (bidirectional ? 4 : 2)))]));
          if (length === 0) {
            expect(states(all.states)).toEqual(states(given.states));
            expect(states(all.stateGradients)).toEqual(states(given.stateGradients!));
            continue;
          }
          const alone = await (await likewise(problem, length, 1)).gradients({
            inputs: rowOf(given.inputs, b, 4, 2, length), states: states(given.states),
            outputGradient: rowOf(given.outputGradient, b, 4, width, length),
            stateGradients: states(given.stateGradients!),
          });
          expectAllClose(rowOf(all.outputs, b, 4, width, length), alone.outputs, 'outputs');
          expectAllClose(rowOf(all.inputGradient!, b, 4, 2, length), alone.inputGradient!, 'input gradient');
          for (const name of Object.keys(all.states)) {
            expectAllClose(states(all.states)[name]!, alone.states[name]!, name);
            expectAllClose(states(all.stateGradients)[name]!, alone.stateGradients[name]!, `gradient of ${name}`);
          }
          for (const [name, gradient] of alone.parameterGradients) {
            summed.set(name, Array.from(gradient, (g, e) => g + (summed.get(name)?.[e] ?? 0)));
          }
        }
        for (const [name, gradient] of summed) expectAllClose(all.parameterGradients.get(name)!, gradient, name);
      });
    }
  });

  test('what lies past the end is not looked at, be it infinite (seed 430)', async () => {
    const layers = [input(2), recurrent('lstm', 3, { bidirectional: true }), linear(2)];
    const { network, input: given } = await randomProblem(layers, 430, { lengths: [4, 2] });
    const spoilt = given.inputs.map((value, e) => (e >= 2 * 4 && e % 4 >= 2 ? Infinity : value));
    expect(await network.gradients({ ...given, inputs: spoilt })).toEqual(await network.gradients(given));
  });

  for (const bidirectional of [false, true]) {
    test(`of a layer: zeros out, no gradient in, bidirectional ${bidirectional} (seed 432)`, () => {
      const model = sequential([oneHot(4), recurrent('gru', 3, { bidirectional }), linear(2, { bias: false })]);
      const network = { parameters: Float64Array.from(initialParameters(model, 432)) };
      const lengths = [1, 3];
      const gradientFrom = (outside: number): Float64Array => {
        const { logits, tape } = forward(model, network, {
          inputs: Uint32Array.of(0, 1, 2, 3, 0, 1), timeSteps: 3, batch: 2, lengths,
        });
        const ended = (e: number): boolean => Math.floor(e / 8) >= lengths[Math.floor(e / 4) % 2]!;
        logits.forEach((value, e) => expect(value !== 0).toBe(e % 4 < 2 && !ended(e)));
        const gradients = { parameters: new Float64Array(model.layout.size), initialStates: new Float64Array(100) };
        backThrough(tape, logits.map((_, e) => (e % 4 >= 2 ? 0 : ended(e) ? outside : 1)), gradients);
        return gradients.parameters;
      };
      expect(gradientFrom(5)).toEqual(gradientFrom(0));
    });
  }

  test('of the whole model: a linear layer puts no bias out there, nor learns it from there (seed 431)', async () => {
    const { network, input: given } = await randomProblem([input(1), recurrent('gru', 3), linear(2)], 431,
      { timeSteps: 3, batch: 2, lengths: [0, 1] });
    const { outputs, parameterGradients } = await network.gradients(given);
    expect([...outputs].map((value) => value !== 0)).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0].map(Boolean));
    expect([...parameterGradients.get('2.bias')!]).toEqual([...given.outputGradient as Float64Array].slice(2, 4));
  });
});

describe('two directions', () => {
  NAMES.filter((cell) => cell !== 'clockwork').forEach((cell, n) => {
    const seed = 450 + n;
    test(`of ${cell} are one forward and one on the sequence turned round, side by side (seed ${seed})`, async () => {
      const options = cell === 'lstm-1997' ? { size: 2 } : {};
      const problem = await randomProblem([input(2), recurrent(cell, 3, { ...options, bidirectional: true })], seed);
      const { network, values, input: given } = problem;
      const both = await network.run(given);
      const width = network.model.outputs / 2;
      const turned = (array: ArrayLike<number>, of: number) => // [4, of]
        Array.from(array, (_, e) => array[(3 - Math.floor(e / of)) * of + (e % of)]!);
      for (const direction of [0, 1]) {
        const model = sequential([input(2), recurrent(cell, 3, options)]);
        const alone = await createReferenceNetwork(model, { timeSteps: 4, batch: 2 });
        const suffix = direction === 1 ? '_reverse' : '';
        await alone.setParameters(new Map([...await alone.parameters()]
          .map(([name]) => [name, values.get(name + suffix)!])));
        const half = (array: ArrayLike<number>) => // [2 directions, B, H]
          Array.from(array).slice(direction * array.length / 2, (direction + 1) * array.length / 2);
        const result = await alone.run({
          inputs: direction === 1 ? turned(given.inputs, 4) : given.inputs,
          states: Object.fromEntries(Object.entries(given.states).map(([name, array]) => [name, half(array)])),
        });
        const outputs = direction === 1 ? turned(result.outputs, 2 * width) : result.outputs;
        const side = both.outputs.filter((_, e) => Math.floor(e / width) % 2 === direction);
        expectAllClose(side, outputs, 'outputs');
        for (const [name, array] of Object.entries(result.states)) {
          expectAllClose(half(both.states[name]!), array, name);
        }
      }
    });
  });

  test('blocks of two cells stand as h of all blocks, then h1 of all blocks (seed 480)', async () => {
    const { network, input: given } = await randomProblem([input(2), recurrent('lstm-1997', 3, { size: 2 })], 480);
    const { outputs, states } = await network.run(given);
    const last = outputs.subarray(3 * 2 * 6);
    for (const b of [0, 1]) {
      expect([...last.subarray(b * 6, b * 6 + 3)]).toEqual([...states['1.hidden']!.subarray(b * 3, b * 3 + 3)]);
      expect([...last.subarray(b * 6 + 3, b * 6 + 6)]).toEqual([...states['1.hidden1']!.subarray(b * 3, b * 3 + 3)]);
    }
  });
});

describe('carried states', () => {
  NAMES.forEach((cell, n) => {
    const seed = 500 + n;
    test(`make one long window of short ones: ${cell} (seed ${seed})`, async () => {
      const layer = recurrent(cell, 5, { layers: 2 });
      const problem = await randomProblem([input(2), layer], seed, { timeSteps: 6, batch: 2 });
      const { inputs } = problem.input;
      const whole = await problem.network.run({ inputs });
      const short = await likewise(problem, 3, 2);
      const first = await short.run({ inputs: inputs.subarray(0, 12), states: 'carry' });
      const second = await short.run({ inputs: inputs.subarray(12), states: 'carry' });
      expect([...first.outputs, ...second.outputs]).toEqual([...whole.outputs]);
      expect(second.states).toEqual(whole.states);
    });
  });

  test('start from zero in rows that are reset, and only there (seed 530)', async () => {
    const problem = await randomProblem([input(1), recurrent('lstm-fgr', 3, { layers: 2 })], 530, { batch: 3 });
    const { network, input: { inputs } } = problem;
    const fresh = await network.run({ inputs });
    const again = await network.run({ inputs, states: 'carry', reset: [false, true, false] });
    for (const b of [0, 1, 2]) {
      const [now, then] = [again, fresh].map(({ outputs }) => rowOf(outputs, b, 3, 3));
      if (b === 1) expect(now).toEqual(then);
      else expect(now).not.toEqual(then);
    }
  });

  test('count a clockwork\'s time on, until all rows start anew (seed 531)', async () => {
    const problem = await randomProblem([input(1), recurrent('clockwork', 3, { modules: 3 })], 531,
      { timeSteps: 1, batch: 1 });
    const { network } = problem;
    const slow = async (reset: boolean[]): Promise<number> =>
      (await network.run({ inputs: [1], states: 'carry', reset })).outputs[2]!;
    const first = await slow([false]); // t = 0 moves all modules
    expect([await slow([false]), await slow([false]), await slow([false])]).toEqual([first, first, first]);
    expect(await slow([false])).not.toBe(first); // t = 4 the third again
    expect(await slow([true])).toBe(first);
  });
});

describe('the face', () => {
  test('reads tokens where the model does, and then has no gradient of inputs (seed 560)', async () => {
    for (const first of [oneHot(5), embedding(5, 2)]) {
      const { network, input: given } = await randomProblem([first, recurrent('gru', 3)], 560);
      const gradients = await network.gradients(given);
      expect(gradients.inputGradient).toBeUndefined();
      expect(gradients.outputs).toHaveLength(4 * 2 * 3);
    }
  });

  test('gives and takes parameters by PyTorch\'s names, all or some, and keeps its own copy', async () => {
    const net = await createReferenceNetwork(sequential([input(2), recurrent('lstm', 3), linear(1)]),
      { timeSteps: 2, batch: 1 });
    const values = await net.parameters();
    expect([...values].map(([name, { length }]) => `${name} ${length}`)).toEqual([
      '1.weight_ih_l0 24', '1.weight_hh_l0 36', '1.bias_ih_l0 12', '1.bias_hh_l0 12', '2.weight 3', '2.bias 1',
    ]);
    values.get('2.bias')!.fill(7);
    expect((await net.parameters()).get('2.bias')![0]).not.toBe(7);
    await net.setParameters(new Map([['2.bias', [7]]]));
    expect([...await net.parameters()].map(([name, array]) => [name, [...array]])).toEqual(
      [...values].map(([name, array]) => [name, [...array]]));
  });

  test('a wrong parameter is refused, and none is changed', async () => {
    const net = await createReferenceNetwork(sequential([input(2), recurrent('clockwork', 2, { modules: 2 })]),
      { timeSteps: 2, batch: 1 });
    const before = await net.parameters();
    await expect(net.setParameters(new Map([['1.bias_hh_l0', [1, 2]], ['1.weight_hh_l0', [1, 1, 1, 1]]])))
      .rejects.toThrow('it must be 0, since a module hears no faster one');
    await expect(net.setParameters(new Map([['1.bias_hh_l0', [1]]]))).rejects.toThrow('its shape [2] needs 2');
    await expect(net.setParameters(new Map([['bias', [1]]]))).rejects.toThrow('the model has no parameter "bias"');
    expect(await net.parameters()).toEqual(before);
  });

  test('what cannot be computed is refused before anything is', async () => {
    const net = await createReferenceNetwork(sequential([input(2), rnn(3, { bidirectional: true })]),
      { timeSteps: 2, batch: 2 });
    const inputs = new Float64Array(8);
    await expect(net.run({ inputs: [1] })).rejects.toThrow('inputs has 1 values, its shape [2, 2, 2] needs 8');
    await expect(net.run({ inputs, states: 'carry' })).rejects.toThrow('layer 1 is bidirectional, and states are');
    await expect(net.run({ inputs, states: { hidden: [] } })).rejects.toThrow('no state "hidden": use 1.hidden');
    await expect(net.run({ inputs, lengths: [3, 0] })).rejects.toThrow('length of row 0 is 3');
    await expect(net.gradients({ inputs, outputGradient: [] })).rejects.toThrow('outputGradient has 0 values');
    await expect(createReferenceNetwork(net.model, { timeSteps: 0, batch: 1 })).rejects.toThrow('timeSteps is 0');
  });
});
