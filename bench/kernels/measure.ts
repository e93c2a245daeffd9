import type { Device } from '../../src/gpu/device.js';
import { measureDispatches } from '../../src/gpu/timestamps.js';
import { CONTROL_WORDS, writeControl } from '../../src/kernels/control.js';
import { type Executables, prepare } from '../../src/schedule/executable.js';
import type { Program } from '../../src/schedule/program.js';
import { randomNumbers, type Size } from '../problem.js';
import { TEXT, type Workload, workloads } from './programs.js';

/** All dispatches of a program that have one label. */
export interface MeasuredRow {
  readonly label: string;
  /** Of shaders/: `recurrence/step`. */
  readonly kernel: string;
  readonly dispatches: number;
  /** Of all of them together. */
  readonly microseconds: number;
  readonly bytes: number;
  readonly flops: number;
}

export interface MeasuredProgram extends Pick<Workload, 'name' | 'driver' | 'chosen'> {
  readonly size: string;
  /** `timestamps`: queries around each dispatch; `alone`: a label's first dispatch, many times in one submit. */
  readonly from: 'timestamps' | 'alone';
  readonly rows: readonly MeasuredRow[];
}

/** Seconds of repetitions that a program may take after its first run: a training step, and one of the others. */
const BUDGET = { step: 5, other: 1.5 };
const MOST_RUNS = 9;
/** Time indices that any of the programs may ask for. */
const TIMES = 256;

/** Every program of a size on one device, one after another. @throws GpuError where one does not compile or run */
export async function measurePrograms(
  device: Device, sizeName: string, size: Size, log: (text: string) => void,
): Promise<MeasuredProgram[]> {
  const measured: MeasuredProgram[] = [];
  for (const { program, ...about } of workloads(size, device.adapter, device.immediates)) {
    log(`${sizeName}: ${about.name}, ${program.dispatches.length} dispatches`);
    const executables = await prepare(device, [program], Math.max(TIMES, size.timeSteps));
    try {
      fillBuffers(device, program, executables, size);
      const budget = about.driver === undefined ? BUDGET.other : BUDGET.step;
      const times = await timesOf(device, program, executables, budget);
      measured.push({
        ...about, size: sizeName, from: device.timestamps ? 'timestamps' : 'alone', rows: byLabel(program, times),
      });
      device.check();
    } finally {
      executables.destroy();
    }
  }
  return measured;
}

/** µs of a dispatch that does nothing, by the same means: the median of 100. */
export async function measureEmpty(device: Device): Promise<number> {
  const module = device.gpu.createShaderModule({ code: '@compute @workgroup_size(1) fn main() {}' });
  const pipeline = await device.gpu.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const encode = (pass: GPUComputePassEncoder): void => {
    pass.setPipeline(pipeline);
    pass.dispatchWorkgroups(1);
  };
  return middle(await measureDispatches(device, 100, encode) ?? [await repeated(device, encode)]);
}

/** µs of each dispatch: the median over runs of the whole program, so that each finds what those before it wrote. */
async function timesOf(
  device: Device, program: Program, executables: Executables, budget: number,
): Promise<number[]> {
  const count = program.dispatches.length;
  const once = () => (device.timestamps
    ? measureDispatches(device, count, (pass, index) =>
      executables.encode(pass, program, { from: index, to: index + 1 }))
    : timesAlone(device, program, executables));
  await once(); // the first touches memory and ends compilation
  const runs: number[][] = [];
  const begun = performance.now();
  while (runs.length < MOST_RUNS) {
    runs.push((await once())!);
    const spent = (performance.now() - begun) / 1000;
    if (spent + spent / runs.length > budget) break;
  }
  return Array.from({ length: count }, (_, i) => middle(runs.map((run) => run[i]!)));
}

const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

/** Without timestamps: the first dispatch of each label in a submit of 20 ms or more, the others taken to be alike. */
async function timesAlone(device: Device, program: Program, executables: Executables): Promise<number[]> {
  const known = new Map<string, number>();
  const times: number[] = [];
  for (const [index, { label }] of program.dispatches.entries()) {
    if (!known.has(label)) known.set(label, await timeAlone(device, program, executables, index));
    times.push(known.get(label)!);
  }
  return times;
}

const timeAlone = (
  device: Device, program: Program, executables: Executables, index: number,
): Promise<number> => repeated(device, (pass) => executables.encode(pass, program, { from: index, to: index + 1 }));

/** µs of what `encode` records, in a submit that takes 20 ms or more. */
async function repeated(device: Device, encode: (pass: GPUComputePassEncoder) => void): Promise<number> {
  for (let repeats = 1; ; repeats *= 4) {
    const encoder = device.gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < repeats; i++) encode(pass);
    pass.end();
    const begun = performance.now();
    device.gpu.queue.submit([encoder.finish()]);
    await device.gpu.queue.onSubmittedWorkDone();
    const ms = performance.now() - begun;
    if (ms > 20 || repeats > 4000) return (1000 * ms) / repeats;
  }
}

function byLabel({ dispatches }: Program, times: readonly number[]): MeasuredRow[] {
  const rows = new Map<string, MeasuredRow>();
  dispatches.forEach(({ label, kernel }, index) => {
    const name = kernel.file.replace('.wgsl', '');
    const row = rows.get(`${name} ${label}`) ??
      { label, kernel: name, dispatches: 0, microseconds: 0, bytes: 0, flops: 0 };
    rows.set(`${name} ${label}`, {
      ...row, dispatches: row.dispatches + 1, microseconds: row.microseconds + times[index]!,
      bytes: row.bytes + kernel.cost.bytes, flops: row.flops + kernel.cost.flops,
    });
  });
  return [...rows.values()];
}

/** What a run would find: tokens of all kinds, weights of the usual size, and a learning rate of zero. */
function fillBuffers(device: Device, program: Program, executables: Executables, { vocabulary, hidden }: Size): void {
  const random = randomNumbers(3);
  const write = (name: string, values: Uint32Array | Float32Array): void =>
    device.gpu.queue.writeBuffer(executables.buffer(name), 0, values as Uint32Array<ArrayBuffer>);
  for (const { name, floats, scratch } of program.buffers) {
    if (scratch) continue;
    if (name.endsWith('text')) {
      write(name, Uint32Array.from({ length: TEXT }, () => Math.floor(random() * vocabulary)));
    } else if (name.endsWith('parameters') || name === 'inputs' || name === 'output gradient') {
      write(name, Float32Array.from({ length: floats }, () => (2 * random() - 1) / Math.sqrt(hidden)));
    } else if (name.endsWith('control')) {
      const words = new Uint32Array(floats);
      const values = { seed: 1, step: 0, cursor: 0, keep: false, rate: 0, temperature: 1 };
      const records = new Float32Array(words.buffer);
      for (let at = 0; at + CONTROL_WORDS <= floats; at += 64) {
        writeControl(words.subarray(at), records.subarray(at), 0, { ...values, correction1: 1, correction2: 1 });
      }
      write(name, words);
    }
  }
}
