import { describe, test } from 'vitest';
import { driverPairs, recurrenceCases } from '../support/cases/recurrence.js';
import { expectEqualBits } from '../support/close.js';
import { environment } from '../support/environment.js';
import { runKernel, testDevice } from '../support/gpu.js';
import { testCases } from '../support/kernel-case.js';

describe('the recurrence agrees with its float64 twin', () => testCases(recurrenceCases));

describe('the step and the sequence driver agree bit for bit', () => {
  const pairs = driverPairs.slice(4, environment === 'chrome' ? 8 : 16);
  for (const [step, sequence] of pairs) {
    test(`${step.name} = ${sequence.name}`, async () => {
      const device = await testDevice({ immediates: step.kernel.defines['IMMEDIATES'] !== false });
      const { arrays } = step.prepare();
      const a = await runKernel(device, step.kernel, arrays, { times: step.times! });
      const b = await runKernel(device, sequence.kernel, arrays);
      for (const name of Object.keys(a)) expectEqualBits(a[name]!, b[name]!, name);
    });
  }
});
