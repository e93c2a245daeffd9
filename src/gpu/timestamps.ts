import { BUFFER_USAGE } from './constants.js';
import { readBuffer } from './buffers.js';
import type { Device } from './device.js';

/**
 * Time of each of `count` dispatches, in µs: each in a compute pass of its own between two timestamps.
 * @returns undefined where the adapter has no timestamps.
 */
export async function measureDispatches(
  device: Device, count: number, encode: (pass: GPUComputePassEncoder, index: number) => void,
): Promise<number[] | undefined> {
  if (!device.timestamps) return undefined;
  const times: number[] = [];
  const most = 2048; // WebGPU allows 4096 queries in a set
  for (let start = 0; start < count; start += most) {
    const n = Math.min(most, count - start);
    const queries = device.gpu.createQuerySet({ type: 'timestamp', count: 2 * n });
    const resolved = device.gpu.createBuffer({
      size: 16 * n, usage: BUFFER_USAGE.QUERY_RESOLVE | BUFFER_USAGE.COPY_SRC,
    });
    const encoder = device.gpu.createCommandEncoder();
    for (let i = 0; i < n; i++) {
      const pass = encoder.beginComputePass({
        timestampWrites: { querySet: queries, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
      });
      encode(pass, start + i);
      pass.end();
    }
    encoder.resolveQuerySet(queries, 0, 2 * n, resolved, 0);
    device.gpu.queue.submit([encoder.finish()]);
    const stamps = new BigUint64Array(await readBuffer(device, resolved));
    for (let i = 0; i < n; i++) times.push(Number(stamps[2 * i + 1]! - stamps[2 * i]!) / 1e3);
    queries.destroy();
    resolved.destroy();
  }
  return times;
}
