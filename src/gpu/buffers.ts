import { BUFFER_USAGE, MAP_MODE_READ } from './constants.js';
import { type Device, GpuError, scoped } from './device.js';

/** Buffers by name, zero at first, and the bytes they take. */
export interface Buffers {
  readonly get: (name: string) => GPUBuffer;
  readonly bytes: number;
  destroy(): void;
}

/**
 * Creates storage buffers that can be copied from and to. `sizes` in bytes, multiples of 4.
 * @throws GpuError where one is larger than the adapter allows: its name, its size and the limit.
 */
export async function createBuffers(device: Device, sizes: ReadonlyMap<string, number>): Promise<Buffers> {
  for (const [name, size] of sizes) checkBufferSize(device, name, size);
  const usage = BUFFER_USAGE.STORAGE | BUFFER_USAGE.COPY_SRC | BUFFER_USAGE.COPY_DST;
  const buffers = new Map<string, GPUBuffer>();
  const destroy = (): void => buffers.forEach((buffer) => buffer.destroy());
  try {
    await scoped(device, 'allocating buffers', () => {
      for (const [name, size] of sizes) buffers.set(name, device.gpu.createBuffer({ label: name, size, usage }));
    });
  } catch (error) {
    destroy();
    throw error;
  }
  return {
    get(name) {
      const buffer = buffers.get(name);
      if (!buffer) throw new Error(`there is no buffer "${name}"`);
      return buffer;
    },
    bytes: [...sizes.values()].reduce((a, b) => a + b, 0),
    destroy,
  };
}

/** @throws GpuError where a buffer of `size` bytes is more than the adapter allows. */
export function checkBufferSize({ limits, adapter }: Device, name: string, size: number): void {
  const limit = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  if (size <= limit) return;
  throw new GpuError(`the model is too large for this adapter: its buffer "${name}" needs ${megabytes(size)} ` +
    `and ${adapter.name} allows ${megabytes(limit)} a buffer; ` +
    'use fewer units, a smaller batch, fewer time steps or fewer trials');
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;

/** Copies `bytes` of `buffer` from `offset` and waits for them. */
export async function readBuffer(
  device: Device, buffer: GPUBuffer, offset = 0, bytes = buffer.size - offset,
): Promise<ArrayBuffer> {
  device.check();
  const staging = device.gpu.createBuffer({ size: bytes, usage: BUFFER_USAGE.MAP_READ | BUFFER_USAGE.COPY_DST });
  const encoder = device.gpu.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, offset, staging, 0, bytes);
  device.gpu.queue.submit([encoder.finish()]);
  try {
    return await mapped(device, staging, (data) => data.slice(0));
  } finally {
    staging.destroy();
  }
}

/** Maps `staging`, gives its bytes to `read` and unmaps it. @throws DeviceLostError or GpuError of the device. */
export async function mapped<T>(device: Device, staging: GPUBuffer, read: (data: ArrayBuffer) => T): Promise<T> {
  try {
    await staging.mapAsync(MAP_MODE_READ);
  } catch (error) {
    await Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, 50))]);
    device.check();
    throw error;
  }
  device.check();
  const result = read(staging.getMappedRange());
  staging.unmap();
  return result;
}

/** Staging buffers made once, so that results can be read late and without allocating. */
export interface Readback {
  /** Bytes of all staging buffers. */
  readonly bytes: number;
  /** A free staging buffer, or undefined while all are on their way. */
  take(): GPUBuffer | undefined;
  /** After the submit that filled it: waits, reads, and frees the staging buffer. */
  read<T>(staging: GPUBuffer, read: (data: ArrayBuffer) => T): Promise<T>;
  destroy(): void;
}

export function createReadback(device: Device, count: number, size: number): Readback {
  const all = Array.from({ length: count }, (_, i) => device.gpu.createBuffer({
    label: `readback ${i}`, size, usage: BUFFER_USAGE.MAP_READ | BUFFER_USAGE.COPY_DST,
  }));
  const free = [...all];
  return {
    bytes: count * size,
    take: () => free.pop(),
    async read(staging, read) {
      const result = await mapped(device, staging, read);
      free.push(staging);
      return result;
    },
    destroy: () => all.forEach((buffer) => buffer.destroy()),
  };
}
