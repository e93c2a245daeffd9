import { type Buffers, createBuffers } from '../gpu/buffers.js';
import { BUFFER_USAGE } from '../gpu/constants.js';
import { type Device, scoped } from '../gpu/device.js';
import { createPipeline, type Pipeline } from '../gpu/pipelines.js';
import type { Kernel } from '../kernels/kernel.js';
import { sourceOf } from '../kernels/source.js';
import { place } from './place.js';
import { type Dispatch, type Program, viewFloats } from './program.js';

/** A dispatch with everything made: encoding it allocates nothing. */
interface Prepared {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
  /** The time index as an immediate, or its offset in the table of times; `run`: that of the run. */
  readonly time: Uint32Array<ArrayBuffer> | 'run' | undefined;
}

/** Programs on a device, with the buffers that they share. */
export interface Executables {
  readonly buffers: Buffers;
  /** The GPU buffer that holds `name`. */
  buffer(name: string): GPUBuffer;
  /**
   * Records dispatches `from` … `to` − 1 of `program` into `pass`, all of them by default; `run` counts where it is
   * recorded several times in one submit.
   */
  encode(pass: GPUComputePassEncoder, program: Program, part?: { from?: number; to?: number; run?: number }): void;
  /** Submits a program in parts that end before the dispatches `ends`; the last part is also given to `finish`. */
  submit(program: Program, ends: readonly number[], finish?: (encoder: GPUCommandEncoder) => void): void;
  destroy(): void;
}

// Uniform fall-back for the time index: one value each 256 bytes, WebGPU's dynamic offset alignment.
const TIME_STRIDE = 256;

/**
 * Places, compiles and binds `programs`. `runs` bounds the runs in a submit.
 * @throws GpuError where a buffer is too large or a shader is not valid.
 */
export async function prepare(device: Device, programs: readonly Program[], runs: number): Promise<Executables> {
  const times = programs.reduce((most, { dispatches }) => dispatches.reduce((m, { time }) =>
    (typeof time === 'number' ? Math.max(m, time + 1) : m), most), runs);
  const placement = place(programs);
  checkGrid(device, programs);
  const buffers = await createBuffers(device, placement.bytes);
  const timeTable = device.immediates ? undefined : createTimeTable(device, times);
  const timeValues = Array.from({ length: times }, (_, t) => Uint32Array.of(device.immediates ? t : t * TIME_STRIDE));
  const homeOf = (name: string): string => placement.home.get(name) ?? name;
  const buffer = (name: string): GPUBuffer => buffers.get(homeOf(name));
  const groups = new Map<string, GPUBindGroup>();

  function bindGroup(dispatch: Dispatch, layout: GPUBindGroupLayout, trials: number): GPUBindGroup {
    const entries = Object.keys(dispatch.kernel.bindings).map((name, binding): GPUBindGroupEntry => {
      const view = dispatch.views[name]!;
      const size = 4 * viewFloats(view, trials);
      return { binding, resource: { buffer: buffer(view.buffer), offset: 4 * view.offset, size } };
    });
    // By place: segments of a window are many buffers, which mostly lie where the one before had them.
    const places = Object.values(dispatch.views).map((view) => ({ ...view, buffer: homeOf(view.buffer) }));
    const key = `${pipelineKey(dispatch.kernel)} ${trials} ${JSON.stringify(places)}`;
    let group = groups.get(key);
    if (!group) {
      const time = dispatch.kernel.timed && timeTable
        ? [{ binding: entries.length, resource: { buffer: timeTable, size: 4 } }]
        : [];
      group = device.gpu.createBindGroup({ label: dispatch.label, layout, entries: [...entries, ...time] });
      groups.set(key, group);
    }
    return group;
  }

  function bindAll(pipelines: ReadonlyMap<string, Pipeline>): Map<Program, Prepared[]> {
    return new Map(programs.map((program) => [program, program.dispatches.map((dispatch): Prepared => {
      const { pipeline, layout } = pipelines.get(pipelineKey(dispatch.kernel))!;
      const time = typeof dispatch.time === 'number' ? timeValues[dispatch.time] : dispatch.time;
      const group = bindGroup(dispatch, layout, program.trials);
      return { pipeline, group, workgroups: dispatch.kernel.workgroups, time };
    })]));
  }

  function destroy(): void {
    buffers.destroy();
    timeTable?.destroy();
  }

  let prepared: Map<Program, Prepared[]>;
  try {
    const pipelines = await compileAll(device, programs);
    prepared = await scoped(device, 'binding buffers', () => bindAll(pipelines));
  } catch (error) {
    destroy();
    throw error;
  }

  const encode: Executables['encode'] = (pass, program, { from = 0, to = program.dispatches.length, run = 0 } = {}) => {
    const items = prepared.get(program)!;
    for (let i = from; i < to; i++) {
      record(pass, items[i]!, i > from ? items[i - 1] : undefined, device.immediates, timeValues[run]!);
    }
  };

  return {
    buffers,
    buffer,
    encode,
    submit(program, ends, finish) {
      let from = 0;
      for (const to of ends) {
        const encoder = device.gpu.createCommandEncoder();
        const pass = encoder.beginComputePass();
        encode(pass, program, { from, to });
        pass.end();
        if (to === program.dispatches.length) finish?.(encoder);
        device.gpu.queue.submit([encoder.finish()]);
        from = to;
      }
    },
    destroy,
  };
}

function record(
  pass: GPUComputePassEncoder, item: Prepared, last: Prepared | undefined, immediates: boolean,
  run: Uint32Array<ArrayBuffer>,
): void {
  const { pipeline, group, workgroups, time } = item;
  if (pipeline !== last?.pipeline) pass.setPipeline(pipeline);
  const now = time === 'run' ? run : time;
  if (now && !immediates) pass.setBindGroup(0, group, now, 0, 1);
  else if (group !== last?.group) pass.setBindGroup(0, group);
  if (now && immediates) pass.setImmediates(0, now);
  pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
}

const pipelineKey = ({ file, defines }: Kernel): string => file + JSON.stringify(defines);

async function compileAll(device: Device, programs: readonly Program[]): Promise<Map<string, Pipeline>> {
  const kernels = new Map(programs.flatMap(({ dispatches }) =>
    dispatches.map(({ kernel }) => [pipelineKey(kernel), kernel] as const)));
  const compiled = await Promise.all([...kernels].map(async ([key, kernel]) =>
    [key, await compileKernel(device, kernel)] as const));
  return new Map(compiled);
}

/**
 * Expands and compiles one kernel.
 * @throws GpuError with the shader's file and line; RangeError where it needs more workgroup memory than there is.
 */
export async function compileKernel(device: Device, kernel: Kernel): Promise<Pipeline> {
  checkWorkgroupMemory(device, kernel);
  const source = await sourceOf(kernel);
  return createPipeline(device, {
    file: kernel.file, ...source, accesses: Object.values(kernel.bindings), timed: kernel.timed ?? false,
  });
}

function checkWorkgroupMemory({ limits, adapter }: Device, { file, workgroupMemory = 0 }: Kernel): void {
  const limit = limits.maxComputeWorkgroupStorageSize;
  if (workgroupMemory <= limit) return;
  throw new RangeError(`${file} needs ${workgroupMemory} bytes of workgroup memory and ${adapter.name} has ${limit}: ` +
    'use fewer units, or a strategy that does not hold the recurrent weights');
}

function createTimeTable(device: Device, times: number): GPUBuffer {
  const table = device.gpu.createBuffer({
    label: 'times', size: times * TIME_STRIDE, usage: BUFFER_USAGE.UNIFORM, mappedAtCreation: true,
  });
  const values = new Uint32Array(table.getMappedRange());
  for (let t = 0; t < times; t++) values[(t * TIME_STRIDE) / 4] = t;
  table.unmap();
  return table;
}

function checkGrid({ limits, adapter }: Device, programs: readonly Program[]): void {
  const limit = limits.maxComputeWorkgroupsPerDimension;
  for (const { label, kernel } of programs.flatMap(({ dispatches }) => dispatches)) {
    const largest = Math.max(...kernel.workgroups);
    if (largest > limit) {
      throw new RangeError(`"${label}" needs ${largest} workgroups in one dimension ` +
        `and ${adapter.name} allows ${limit}: use a smaller batch, fewer time steps or fewer trials`);
    }
  }
}
