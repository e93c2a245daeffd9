/** Counts calls of WebGPU's own prototypes, so that nothing a library does on the way can hide. */
export interface CallCounter {
  /** Calls since the last reset, by `Interface.method`; those never called are absent. */
  readonly counts: ReadonlyMap<string, number>;
  reset(): void;
  /** Puts the methods back. */
  stop(): void;
}

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** Watches every method of the device, its queue, and what is recorded. */
export function countCalls(): CallCounter {
  const counts = new Map<string, number>();
  const undo: (() => void)[] = [];
  for (const type of [GPUDevice, GPUQueue, GPUCommandEncoder, GPUComputePassEncoder, GPUBuffer, GPUComputePipeline]) {
    const prototype = type.prototype as unknown as Methods;
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value !== 'function' || name === 'constructor') continue;
      const key = `${type.name}.${name}`;
      prototype[name] = function counted(this: unknown, ...args: unknown[]): unknown {
        counts.set(key, (counts.get(key) ?? 0) + 1);
        return value.apply(this, args);
      };
      undo.push(() => { prototype[name] = value; });
    }
  }
  return { counts, reset: () => counts.clear(), stop: () => undo.forEach((put) => put()) };
}
