import type { Network } from '../../src/index.js';
import type { Problem } from '../problem.js';
import type { Inferring } from '../system.js';
import { type CreateTrainer, modelOf, weightsOf } from './engine.js';

/** A network of one time step and one row whose states are carried, and a trainer that writes text. */
export async function inferWith(problem: Problem, network: Network, create: CreateTrainer): Promise<Inferring> {
  const weights = weightsOf(problem);
  await network.setParameters(weights);
  const writer = await create(modelOf(problem), { timeSteps: 1, batch: 1 });
  await writer.setParameters(weights);
  return {
    async step(token) {
      const { outputs } = await network.run({ inputs: [token], states: 'carry' });
      return outputs;
    },
    async generate(length) {
      const options = { prime: Uint32Array.of(0), length, temperature: 0.8, seed: 1, trial: 0 };
      let count = 0;
      for await (const tokens of writer.engine.generate(options)) count += tokens.length;
      if (count !== length) throw new Error(`${count} tokens were written where ${length} were asked for`);
    },
    dispose() {
      network.destroy();
      writer.destroy();
    },
  };
}
