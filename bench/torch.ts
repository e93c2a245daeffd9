import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../scripts/lib/state.mjs';
import { expectedFirstLoss } from './expected.js';
import { createProblem, flopsPerStep, type Problem, TRAINING } from './problem.js';
import type { Result } from './report-types.js';
import { LOSS_TOLERANCE } from './rows.js';
import { sizeOf } from './sizes.js';

/** A row, and every loss that was read, by step from 1. */
export type TorchResult = Result & { readonly losses: Readonly<Record<number, number>> };

/** What bench/torch.py prints of one form: eager or a graph, with TF32 or without. */
type Row = Pick<Result, 'name' | 'spread' | 'spreadSync' | 'steps' | 'stepsSync' | 'gpuBytes'> & {
  readonly msPerStep: number; readonly msPerStepSync: number; readonly firstStepMs: number;
  readonly losses: Readonly<Record<number, number>>;
};
interface FailedRow { readonly name: string; readonly error: string }

const MINUTES = 10;

const run = promisify(execFile);

/** The PyTorch with CUDA that `python3` has; else why it has none, in a line. */
export type Torch = { readonly version: string } | { readonly missing: string };

/** Asks `python3`, which takes seconds: once a run. */
export async function findTorch(): Promise<Torch> {
  const probe = 'import torch; print(torch.__version__ if torch.cuda.is_available() else "")';
  try {
    const version = (await run('python3', ['-c', probe], { timeout: 60_000 })).stdout.trim();
    return version ? { version } : { missing: 'python3 has PyTorch, which finds no CUDA device' };
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    return { missing: code === 'ENOENT' ? 'there is no python3' : 'python3 has no PyTorch' };
  }
}

/**
 * The problem of one size with `nn.LSTM` on CUDA of the PyTorch that {@link findTorch} found: rows `torch`,
 * `torch-graph`, `torch-tf32` and `torch-graph-tf32`.
 * @throws Error with Python's own words where it breaks off
 */
export async function torchResults(
  size: string, version: string, log: (text: string) => void,
): Promise<TorchResult[]> {
  log(`torch ${version}`);
  const problem = createProblem(sizeOf(size));
  const { device, rows } = await measure(problem);
  return rows.map((row) => resultOf(row, size, problem, device));
}

async function measure(problem: Problem): Promise<{ device: string; rows: (Row | FailedRow)[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'latch-torch-'));
  try {
    await writeProblem(problem, folder);
    const { stdout } = await run('python3', [join(root, 'bench/torch.py'), folder], {
      timeout: MINUTES * 60_000, maxBuffer: 2 ** 26,
    });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as { device: string; rows: (Row | FailedRow)[] };
  } catch (error) {
    const words = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1);
    throw new Error(`PyTorch broke off: ${words ?? String(error)}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** problem.json names what lies in problem.bin, in order. */
export async function writeProblem(problem: Problem, folder: string): Promise<void> {
  const { vocabulary, hidden, layers, timeSteps, batch } = problem;
  const gates = 4 * hidden;
  const tensors: [string, number[], Float32Array | Int32Array][] = [
    ...problem.lstm.flatMap(({ weightIh, weightHh, bias, inputs }, l): typeof tensors => [
      [`weight_ih_l${l}`, [gates, inputs], weightIh], [`weight_hh_l${l}`, [gates, hidden], weightHh],
      [`bias_ih_l${l}`, [gates], bias],
    ]),
    ['weight', [vocabulary, hidden], problem.linearWeight], ['bias', [vocabulary], problem.linearBias],
    ['ids', [timeSteps, batch], problem.ids], ['targets', [timeSteps, batch], problem.targets],
  ];
  const about = {
    size: { vocabulary, hidden, layers, timeSteps, batch }, training: TRAINING, rounds: 5, roundSeconds: 0.5,
    tensors: tensors.map(([name, shape, data]) => [name, shape, data instanceof Float32Array ? 'float32' : 'int32']),
  };
  await writeFile(join(folder, 'problem.json'), JSON.stringify(about));
  await writeFile(join(folder, 'problem.bin'), Buffer.concat(tensors.map(([, , data]) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength))));
}

/** What no row has: nothing here is counted at WebGPU, or in a page. */
const EMPTY = {
  system: 'torch', backend: 'cuda', msPerStep: null, spread: null, msPerStepSync: null, spreadSync: null, steps: 0,
  stepsSync: 0, usPerTimeStep: null, firstStepMs: null, dispatches: null, submits: null, pipelinesCreated: null,
  buffersCreated: null, bindGroupsCreated: null, gpuBytes: null, gflops: null, ceilingShare: null, bundleBytes: null,
  loss: [null, null], lossStep: null, losses: {}, checks: { firstLoss: null, wentDown: null, agrees: null },
} as const;

/** `row` as the other systems' rows are; `device` in words. */
export function resultOf(row: Row | FailedRow, size: string, problem: Problem, device: string): TorchResult {
  if ('error' in row) return { ...EMPTY, ...row, size, note: device };
  const { losses, msPerStep } = row;
  const steps = Object.keys(losses).map(Number);
  const lossStep = Math.max(...steps);
  const [first, last] = [losses[1]!, losses[lossStep]!];
  const expected = expectedFirstLoss(problem);
  const right = Math.abs(first - expected) <= LOSS_TOLERANCE; // false for NaN
  return {
    ...EMPTY, ...row, size, usPerTimeStep: (msPerStep * 1000) / problem.timeSteps,
    gflops: flopsPerStep(problem) / msPerStep / 1e6, loss: [first, last], lossStep,
    checks: { firstLoss: right, wentDown: last < first, agrees: null },
    ...(right ? {} : { error: `wrong: its first loss is ${first}, the float64 oracle's ${expected}` }),
    note: device,
  };
}
