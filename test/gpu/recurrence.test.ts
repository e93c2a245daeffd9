import { describe, test } from 'vitest';
import { driverPairs } from '../support/cases/recurrence.js';
import { initialCases } from '../support/cases/recurrence-initial.js';
import { expectEqualBits } from '../support/close.js';
import { environment } from '../support/environment.js';
import { runKernel, testDevice } from '../support/gpu.js';
import { testCases } from '../support/kernel-case.js';

describe('the step and the sequence driver agree with the float64 recurrence, and with each other bit for bit', () => {
  const pairs = environment === 'chrome' ? driverPairs.filter((_, i) => i % 8 === 4 || i % 8 === 7) : driverPairs;
  for (const [step, sequence] of pairs) {
    test(step.name, async () => {
      const device = await testDevice({ immediates: step.kernel.defines['IMMEDIATES'] !== false });
      const { arrays, check } = step.prepare();
      const written = await runKernel(device, step.kernel, arrays, { times: step.times! });
      check(written);
      const together = await runKernel(device, sequence.kernel, arrays, { times: sequence.times! });
      for (const name of Object.keys(written)) expectEqualBits(together[name]!, written[name]!, name);
    });
  }
});

describe('initial states', () => testCases(initialCases));
