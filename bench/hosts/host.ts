import type { Runtime } from '../report-types.js';
import type { Service } from '../service.js';

/** A page, or a process with Dawn, that measures one system: nothing in it disturbs another. */
export interface Host {
  /**
   * Calls the service there. @throws Error with what it threw, where it crashed, or after `seconds`; the host is of no
   * use after the latter two
   */
  call<K extends keyof Service>(method: K, args: Parameters<Service[K]>, seconds: number): Promise<Answer<K>>;
  /** Errors that nobody caught and what was written to the console as one, in order. */
  readonly complaints: readonly string[];
  /** Ends it, hung or not. */
  close(): Promise<void>;
}

export type Answer<K extends keyof Service> = Awaited<ReturnType<Service[K]>>;

/** Where systems run. */
export interface Hosts {
  readonly runtime: Runtime;
  open(): Promise<Host>;
  /** `Chrome/156.0.7500.0`; known once a host was open. */
  version(): string;
  close(): Promise<void>;
}

/** `work`, or an error after `seconds`, or what `ended` rejects with. */
export async function within<T>(work: Promise<T>, seconds: number, ended: Promise<never>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not answer within ${Math.round(seconds)} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late, ended]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined); // may come when nobody waits any more
  }
}
