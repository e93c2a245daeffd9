import { type Device, openDevice } from '../../src/gpu/device.js';
import { readBuffer } from '../../src/gpu/buffers.js';
import type { Kernel } from '../../src/kernels/kernel.js';
import { prepare } from '../../src/schedule/executable.js';
import { ProgramBuilder } from '../../src/schedule/program.js';
import type { Floats, Words } from './arrays.js';

export type Arrays = Record<string, Floats | Words>;

const devices = new Map<boolean, Promise<Device>>();

/** The device of this test file; `immediates` false for one that carries the time index in a uniform. */
export function testDevice({ immediates = true }: { immediates?: boolean } = {}): Promise<Device> {
  let device = devices.get(immediates);
  if (!device) devices.set(immediates, (device = openDevice({ immediates })));
  return device;
}

/**
 * Runs one kernel on `arrays`, one a binding, through the same placing, compiling and binding as a training step.
 * Outputs that must be written are given poisoned. A timed kernel runs once for each of `times`.
 * @returns the bindings that it may write, as they are afterwards
 */
export async function runKernel(
  device: Device, kernel: Kernel, arrays: Arrays, { times }: { times?: readonly number[] } = {},
): Promise<Arrays> {
  const builder = new ProgramBuilder('test', 1);
  const views = Object.fromEntries(Object.entries(arrays).map(([name, { length }]) =>
    [name, builder.persistent(name, length, { shared: true })]));
  for (const time of times ?? [undefined]) builder.dispatch(kernel.file, kernel, views, time);
  const program = builder.build();
  const executables = await prepare(device, [program], Math.max(0, ...(times ?? [])) + 1);
  for (const [name, values] of Object.entries(arrays)) {
    device.gpu.queue.writeBuffer(executables.buffer(name), 0, values);
  }
  const encoder = device.gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  executables.encode(pass, program);
  pass.end();
  device.gpu.queue.submit([encoder.finish()]);
  const written = Object.keys(kernel.bindings).filter((name) => kernel.bindings[name] === 'read_write');
  const results = await Promise.all(written.map(async (name) => {
    const before = arrays[name]!;
    const bytes = await readBuffer(device, executables.buffer(name), 0, before.byteLength);
    return [name, before instanceof Uint32Array ? new Uint32Array(bytes) : new Float32Array(bytes)] as const;
  }));
  executables.destroy();
  return Object.fromEntries(results);
}
