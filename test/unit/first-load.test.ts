import { expect, test } from 'vitest';
import { expand } from '../../src/kernels/source.js';
import { evaluationProgram, trainingProgram } from '../../src/layers/network.js';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import { adam } from '../../src/model/optimizers.js';
import { tableStrategy } from '../../src/schedule/table.js';

const model = sequential([embedding(60, 16), lstm(64, { layers: 2, dropout: 0.1 }), linear(60)]);
const text = { name: 'text', count: 100_000, length: 1000 };

// Nothing in this file loads the other shaders, so a missing one throws.
for (const [name, adapter] of Object.entries({
  'a GPU that holds the weights': { software: false, workgroupMemory: 65_536 },
  'a GPU that does not': { software: false },
  'a software adapter': { software: true },
})) {
  for (const [timeSteps, batch] of [[32, 8], [256, 64]] as const) {
    test(`a plain LSTM's first step on ${name}, ${timeSteps} × ${batch}, needs no shader that is loaded later`, () => {
      const of = { name, vendor: '', architecture: '', ...adapter };
      const strategy = tableStrategy(of, { model, timeSteps, batch });
      const run = { model, timeSteps, batch, trials: 1, strategy, immediates: true };
      const train = trainingProgram(run, text, { optimizer: adam(), clip: { norm: 5 } });
      const programs = [train, evaluationProgram(run, text)];
      const kernels = programs.flatMap(({ dispatches }) => dispatches.map(({ kernel }) => kernel));
      for (const { file, defines } of kernels) expect(expand(file, defines).code).toContain('@compute');
    });
  }
}
