// The JavaScript heap, in Node alone.

/** Bytes of the heap that are alive. */
export interface HeapMeter {
  alive(): Promise<number>;
  /** Bytes that `work` allocates, those of the runtime's own callbacks included, by function. */
  allocated(work: () => Promise<void>): Promise<ReadonlyMap<string, number>>;
}

interface ProfileNode {
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly selfSize: number;
  readonly children: readonly ProfileNode[];
}

export async function heapMeter(): Promise<HeapMeter> {
  const [{ Session }, { setFlagsFromString }, { runInNewContext }] =
    await Promise.all([import('node:inspector/promises'), import('node:v8'), import('node:vm')]);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return {
    async alive() {
      await new Promise((resolve) => setTimeout(resolve, 20)); // finalisers run between two turns
      collect();
      collect();
      return process.memoryUsage().heapUsed;
    },
    async allocated(work) {
      const session = new Session();
      session.connect();
      await session.post('HeapProfiler.startSampling', {
        samplingInterval: 256, includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true,
      });
      await work();
      const { profile } = await session.post('HeapProfiler.stopSampling');
      session.disconnect();
      const bytes = new Map<string, number>();
      const add = ({ callFrame: { functionName, url }, selfSize, children }: ProfileNode): void => {
        const key = `${functionName} ${url.split('/').slice(-2).join('/')}`;
        bytes.set(key, (bytes.get(key) ?? 0) + selfSize);
        children.forEach(add);
      };
      add(profile.head as ProfileNode);
      return bytes;
    },
  };
}
