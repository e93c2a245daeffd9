import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectedFirstLoss } from '../../bench/expected.js';
import { createProblem } from '../../bench/problem.js';
import { findTorch, resultOf, writeProblem } from '../../bench/torch.js';

const size = { vocabulary: 5, hidden: 3, layers: 2, timeSteps: 4, batch: 2 };
const problem = createProblem(size);

describe('PyTorch beside the others', () => {
  it('is given the problem whole: every weight by its name, then ids and targets', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'latch-test-'));
    try {
      await writeProblem(problem, folder);
      const about = JSON.parse(readFileSync(join(folder, 'problem.json'), 'utf8'));
      const tensors = about.tensors as [string, number[], string][];
      expect(tensors.map(([name, shape, kind]) => `${name} ${shape} ${kind}`)).toEqual([
        'weight_ih_l0 12,5 float32', 'weight_hh_l0 12,3 float32', 'bias_ih_l0 12 float32',
        'weight_ih_l1 12,3 float32', 'weight_hh_l1 12,3 float32', 'bias_ih_l1 12 float32',
        'weight 5,3 float32', 'bias 5 float32', 'ids 4,2 int32', 'targets 4,2 int32',
      ]);
      const bytes = readFileSync(join(folder, 'problem.bin'));
      const counts = tensors.map(([, shape]) => shape.reduce((a, b) => a * b));
      expect(bytes.length).toBe(4 * counts.reduce((a, b) => a + b));
      expect(bytes.readFloatLE(4 * 60)).toBe(problem.lstm[0]!.weightHh[0]);
      expect(bytes.readInt32LE(bytes.length - 4)).toBe(problem.targets.at(-1));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('gives a row like the others, and an error where its first loss is not the oracle\'s', () => {
    const first = expectedFirstLoss(problem);
    const row = {
      name: 'torch', msPerStep: 2, spread: 0, msPerStepSync: 3, spreadSync: 0, steps: 5, stepsSync: 5, firstStepMs: 9,
      gpuBytes: 100, losses: { 1: first, 7: first - 0.1 },
    };
    expect(resultOf(row, 'S', problem, 'a GPU')).toMatchObject({
      system: 'torch', backend: 'cuda', usPerTimeStep: 500, lossStep: 7,
      checks: { firstLoss: true, wentDown: true, agrees: null },
    });
    const wrong = resultOf({ ...row, losses: { 1: NaN } }, 'S', problem, 'a GPU');
    expect(wrong.error).toMatch(/^wrong: its first loss is NaN/);
    expect(resultOf({ name: 'torch-graph', error: 'no capture' }, 'S', problem, 'a GPU'))
      .toMatchObject({ name: 'torch-graph', size: 'S', msPerStep: null, error: 'no capture' });
  });

  it('is left out with a reason in one line where there is no PyTorch with CUDA', async () => {
    const found = await findTorch();
    if ('missing' in found) expect(found.missing).toMatch(/^(there is no python3|python3 has .*PyTorch.*)$/);
    else expect(found.version).toMatch(/^\d+\.\d+/); // there it is measured by the benchmark itself
  });
});
