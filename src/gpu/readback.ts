import { BUFFER_USAGE } from './constants.js';
import { mapped } from './buffers.js';
import type { Device } from './device.js';

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
