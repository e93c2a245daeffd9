/** What a page has asked of WebGPU so far. Bytes are sizes of buffers created and not yet destroyed. */
export interface Counts {
  dispatches: number;
  submits: number;
  buffersCreated: number;
  pipelinesCreated: number;
  bindGroupsCreated: number;
  bytesAlive: number;
  bytesPeak: number;
}

type Method = (this: object, ...args: never[]) => unknown;

/** Calls `observe` with the receiver, the result and the arguments after each call of `prototype[name]`. */
function watch(
  constructor: { prototype: object },
  name: string,
  observe: (self: object, result: unknown, args: readonly unknown[]) => void,
): void {
  const prototype = constructor.prototype as Record<string, Method>;
  const original = prototype[name];
  if (!original) return;
  prototype[name] = function (this: object, ...args: never[]) {
    const result = original.apply(this, args);
    observe(this, result, args);
    return result;
  };
}

/**
 * Wraps the prototypes of WebGPU, so that whatever runs in this page afterwards is counted; call it before a system
 * loads. A buffer that is collected without `destroy()` stays counted as alive until the collector reports it.
 */
export function countWebGpuCalls(): Counts {
  const counts: Counts = {
    dispatches: 0, submits: 0, buffersCreated: 0, pipelinesCreated: 0, bindGroupsCreated: 0,
    bytesAlive: 0, bytesPeak: 0,
  };
  if (typeof GPUDevice === 'undefined') return counts;
  const sizes = new Map<number, number>();
  const keys = new WeakMap<object, number>();
  const release = (key: number | undefined) => {
    const size = key === undefined ? undefined : sizes.get(key);
    if (key === undefined || size === undefined) return;
    sizes.delete(key);
    counts.bytesAlive -= size;
  };
  const collected = new FinalizationRegistry<number>(release);
  watch(GPUDevice, 'createBuffer', (_device, buffer) => {
    const { size } = buffer as GPUBuffer;
    const key = counts.buffersCreated++;
    sizes.set(key, size);
    keys.set(buffer as object, key);
    collected.register(buffer as object, key);
    counts.bytesAlive += size;
    counts.bytesPeak = Math.max(counts.bytesPeak, counts.bytesAlive);
  });
  watch(GPUBuffer, 'destroy', (buffer) => release(keys.get(buffer)));
  const countUp = (key: 'dispatches' | 'submits' | 'pipelinesCreated' | 'bindGroupsCreated') => () => {
    counts[key]++;
  };
  watch(GPUComputePassEncoder, 'dispatchWorkgroups', countUp('dispatches'));
  watch(GPUComputePassEncoder, 'dispatchWorkgroupsIndirect', countUp('dispatches'));
  watch(GPUQueue, 'submit', countUp('submits'));
  watch(GPUDevice, 'createComputePipeline', countUp('pipelinesCreated'));
  watch(GPUDevice, 'createComputePipelineAsync', countUp('pipelinesCreated'));
  watch(GPUDevice, 'createBindGroup', countUp('bindGroupsCreated'));
  return counts;
}
