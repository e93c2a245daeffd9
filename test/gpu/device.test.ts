import { expect, test } from 'vitest';
import { createBuffers, readBuffer } from '../../src/gpu/buffers.js';
import { type Device, DeviceLostError, GpuError, openDevice } from '../../src/gpu/device.js';
import { createPipeline } from '../../src/gpu/pipelines.js';
import { sample } from '../../src/kernels/sample.js';
import { expand, sourceOf } from '../../src/kernels/source.js';
import { transpose } from '../../src/kernels/transpose.js';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import { prepare } from '../../src/schedule/executable.js';
import { ProgramBuilder } from '../../src/schedule/program.js';
import shader from '../../shaders/transpose.wgsl?raw';
import { testDevice } from '../support/gpu.js';
import { countCalls } from '../support/gpu-calls.js';
import { gpuEngine, train } from '../support/train.js';

const tiny = sequential([embedding(11, 2), lstm(3), linear(11)]); // a lost device takes its pipelines with it

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(() => 'nothing was thrown', (error: Error) => `${error.name}: ${error.message}`);

test('a missing adapter says what to do', async () => {
  const gpu = { requestAdapter: async () => null, wgslLanguageFeatures: new Set() } as unknown as GPU;
  expect(await messageOf(openDevice({ gpu }))).toBe(
    'GpuError: no WebGPU adapter was found: update the graphics driver, check chrome://gpu, or ' +
    'start Chrome with --enable-unsafe-webgpu (software rendering); in Node install a Vulkan driver',
  );
});

test('missing WebGPU says where to find it', async () => {
  const { gpu } = navigator;
  Object.defineProperty(navigator, 'gpu', { value: undefined, configurable: true });
  try {
    expect(await messageOf(openDevice())).toBe(
      'GpuError: WebGPU is missing: use Chrome or Edge 113, Safari 26 or Firefox 141 or later over https or ' +
      'localhost; in Node install the package "webgpu" and give openDevice({ gpu: create([]) })',
    );
  } finally {
    Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  }
});

test('the adapter is named, and software is called software', async () => {
  const { adapter } = await testDevice();
  expect(adapter.name.length).toBeGreaterThan(2);
  if (/swiftshader|llvmpipe/i.test(adapter.name)) expect(adapter.software).toBe(true);
});

test('an adapter of an older browser, which says neither what it is nor what it can, is opened', async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const { features, limits } = adapter!;
  const old = { features, limits, requestDevice: (wanted: GPUDeviceDescriptor) => adapter!.requestDevice(wanted) };
  const device = await openDevice({ gpu: { requestAdapter: async () => old } as unknown as GPU });
  expect(device.adapter).toEqual({
    name: 'unnamed adapter', vendor: '', architecture: '', software: false,
    workgroupMemory: Math.min(65_536, limits.maxComputeWorkgroupStorageSize),
    ...(features.has('shader-f16') ? { f16: true } : {}),
  });
  expect(device.immediates).toBe(false);
  device.destroy();
});

test('buffers that could not all be had are all given back', async () => {
  const real = await testDevice();
  const limits = { ...real.limits, maxBufferSize: 2 ** 50, maxStorageBufferBindingSize: 2 ** 50 } as GPUSupportedLimits;
  const calls = countCalls();
  try {
    const sizes = new Map([['small', 1024], ['impossible', 2 ** 45]]);
    expect(await messageOf(createBuffers({ ...real, limits }, sizes)))
      .toMatch(/^GpuError: allocating buffers: .*size/is);
    expect(calls.counts.get('GPUBuffer.destroy')).toBe(calls.counts.get('GPUDevice.createBuffer'));
  } finally {
    calls.stop();
  }
  real.check(); // the error was caught, and belongs to no later call
});

test('a buffer past the limit is named with its size and the limit', async () => {
  const real = await testDevice();
  const device: Device = {
    ...real, adapter: { ...real.adapter, name: 'a small GPU' },
    limits: { ...real.limits, maxBufferSize: 1_500_000, maxStorageBufferBindingSize: 1_000_000 } as GPUSupportedLimits,
  };
  expect(await messageOf(createBuffers(device, new Map([['fits', 1_000_000], ['gates', 2_500_000]])))).toBe(
    'GpuError: the model is too large for this adapter: its buffer "gates" needs 2.5 MB and a small ' +
    'GPU allows 1 MB a buffer; use fewer units, a smaller batch, fewer time steps or fewer trials',
  );
});

test('a grid past the limit is named with its dispatch', async () => {
  const real = await testDevice();
  const device: Device = {
    ...real, adapter: { ...real.adapter, name: 'a small GPU' },
    limits: {
      maxComputeWorkgroupsPerDimension: 2, maxBufferSize: 1e9, maxStorageBufferBindingSize: 1e9,
    } as GPUSupportedLimits,
  };
  const builder = new ProgramBuilder('test', 1);
  const views = { in: builder.persistent('a', 4 * 32 * 32), out: builder.persistent('b', 4 * 32 * 32) };
  builder.dispatch('turn R', transpose({ rows: 32, columns: 32, trials: 1, strideIn: 4096, strideOut: 4096 }), views);
  expect(await messageOf(prepare(device, [builder.build()], 1))).toBe(
    'RangeError: "turn R" needs 4 workgroups in one dimension and a small GPU allows 2: use a ' +
    'smaller batch, fewer time steps or fewer trials',
  );
});

test('a shader error names the file and the line under shaders/', async () => {
  const device = await testDevice();
  const { file, defines, bindings } = transpose({ rows: 4, columns: 4, trials: 1, strideIn: 64, strideOut: 64 });
  const source = expand(file, { ...defines, ROWS: 'many + 1' });
  const message = await messageOf(createPipeline(device, {
    ...source, file, accesses: Object.values(bindings), timed: false,
  }));
  const line = shader.split('\n').findIndex((text) => text.includes('${ROWS}')) + 1;
  expect(message).toBe(`GpuError: shaders/transpose.wgsl:${line}: unresolved value 'many'`);
});

test('an error in an included file names that file', async () => {
  const device = await testDevice();
  const source = await sourceOf(sample({ vocabulary: 4, immediates: device.immediates }));
  const at = source.origins.findIndex(({ file }) => file === 'lib/philox.wgsl');
  const { line } = source.origins[at]!;
  const code = source.code.split('\n').map((text, i) => (i === at ? 'const PHILOX_BROKEN = nothing;' : text))
    .join('\n');
  const message = await messageOf(createPipeline(device, {
    file: 'sample.wgsl', ...source, code, accesses: [], timed: true,
  }));
  expect(message.split('\n')[0]).toBe(`GpuError: shaders/lib/philox.wgsl:${line}: unresolved value 'nothing'`);
});

test('an error that no call caught surfaces at the next check', async () => {
  const device = await openDevice();
  const small = device.gpu.createBuffer({ size: 4, usage: GPUBufferUsage.COPY_DST });
  device.gpu.queue.writeBuffer(small, 0, new Uint32Array(64));
  await device.gpu.queue.onSubmittedWorkDone();
  await expect.poll(() => {
    try {
      device.check();
      return '';
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  }).toMatch(/^GpuError: the GPU reported: .*writ/is);
  await expect(readBuffer(device, small)).rejects.toThrow(GpuError);
  device.destroy();
});

test('after the device is lost every call throws DeviceLostError', async () => {
  const device = await openDevice();
  const engine = await gpuEngine(device, { model: tiny });
  await train(engine, 0, 2);
  device.destroy();
  expect((await device.lost).message).toBe('the GPU device was destroyed');
  expect(() => device.check()).toThrow(DeviceLostError);
  expect(() => engine.submit({ step: 2, cursor: 0, reset: true, rate: 0.1 })).toThrow(DeviceLostError);
  await expect(engine.snapshot()).rejects.toThrow(DeviceLostError);
  await expect(engine.evaluate()).rejects.toThrow(DeviceLostError);
});

test('a device lost with results on their way rejects them', async () => {
  const device = await openDevice();
  const engine = await gpuEngine(device, { model: tiny });
  engine.submit({ step: 0, cursor: 0, reset: true, rate: 0.1 });
  engine.submit({ step: 1, cursor: 6, reset: false, rate: 0.1 });
  device.destroy();
  await expect(engine.results(0)).rejects.toThrow(DeviceLostError);
});
