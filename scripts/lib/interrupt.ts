const ECHO_MS = 1000;

export interface Interrupts {
  readonly signal: AbortSignal;
  /** Leaves signals to Node again. */
  release(): void;
}

/**
 * The first Ctrl-C (or SIGTERM) aborts `signal`; a second one calls `quit`. npm passes on the signal that the terminal
 * has sent already, so the same Ctrl-C may come twice: one that follows within a second does not count.
 */
export function catchInterrupts(first: () => void, quit: () => void): Interrupts {
  const controller = new AbortController();
  let since = 0;
  const handler = (): void => {
    if (!controller.signal.aborted) {
      since = performance.now();
      controller.abort();
      first();
    } else if (performance.now() - since > ECHO_MS) {
      quit();
    }
  };
  process.on('SIGINT', handler);
  process.on('SIGTERM', handler);
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', handler);
      process.off('SIGTERM', handler);
    },
  };
}
