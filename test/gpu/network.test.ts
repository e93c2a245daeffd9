import { describe, expect, test } from 'vitest';
import { input, type NetworkInput, recurrent, sequential } from '../../src/index.js';
import { createNetwork, createReferenceNetwork } from '../../src/train/create-network.js';
import { expectClose } from '../support/close.js';
import { testDevice } from '../support/gpu.js';

const model = sequential([input(2), recurrent('gru', 5)]);
const options = { timeSteps: 3, batch: 2 };
const inputs = Array.from({ length: 12 }, (_, e) => Math.sin(e));
const network = async () => createNetwork(await testDevice(), model, options);

describe('a network on the GPU', () => {
  test('reads its arguments when it is called, whatever becomes of them', async () => {
    const net = await network();
    const [own, weights] = [Float64Array.from(inputs), (await net.parameters()).get('1.weight_ih_l0')!];
    const expected = await net.run({ inputs });
    const first = net.run({ inputs: own });
    const change = net.setParameters(new Map([['1.weight_ih_l0', weights.map((w) => -w)]]));
    own.fill(0);
    const second = net.run({ inputs });
    expect((await first).outputs).toEqual(expected.outputs);
    await change;
    expect((await second).outputs).not.toEqual(expected.outputs);
    net.destroy();
  });

  test('goes on from carried states, but for rows that are reset', async () => {
    const net = await network();
    const twin = await createReferenceNetwork(model, options);
    const calls: NetworkInput[] = [{ inputs }, { inputs, states: 'carry' }, { inputs, states: 'carry', reset: [0, 1] }];
    for (const call of calls) {
      const { outputs, states } = await net.run(call);
      const reference = await twin.run(call);
      expectClose(outputs, reference.outputs, { what: 'outputs' });
      expectClose(states['1.hidden']!, reference.states['1.hidden']!, { what: 'hidden' });
    }
    net.destroy();
  });

  test('keeps few of its programs, and makes the others again', async () => {
    const net = await network();
    const outputGradient = inputs.slice(0, 10).concat(new Array(20).fill(1));
    const kinds: NetworkInput[] = [{ inputs }, { inputs, lengths: [3, 1] }, { inputs, step: 1 }];
    const results = [];
    for (let round = 0; round < 2; round++) {
      for (const kind of kinds) {
        results.push((await net.run(kind)).outputs, (await net.gradients({ ...kind, outputGradient })).inputGradient!);
      }
    }
    expect(results.slice(6)).toEqual(results.slice(0, 6));
    net.destroy();
  });

  test('finishes what is under way when it is destroyed, and takes no more', async () => {
    const net = await network();
    const last = net.run({ inputs });
    net.destroy();
    expect((await last).outputs).toHaveLength(30);
    await expect(net.run({ inputs })).rejects.toThrow('the network is destroyed: make another with createNetwork');
  });
});

test('a driver that cannot carry a cell of the model is refused', async () => {
  await expect(createNetwork(await testDevice(), model, { ...options, driver: 'scan' }))
    .rejects.toThrow('driver "scan" cannot carry gru, whose gates see the hidden state before');
});
