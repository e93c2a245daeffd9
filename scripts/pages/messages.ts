import type { Finished, SessionListener, SessionRequest } from './events.js';

/** How a session in the page ended. */
export interface PageResult {
  readonly finished?: Finished | undefined;
  readonly error?: { readonly name: string; readonly message: string };
}

/** What the page tells the terminal; checkpoints, being large, go by HTTP. */
export type PageCalls = Omit<SessionListener, 'checkpoint'>;

declare global {
  interface Window {
    /** Offered by the page. `exchange` is where text and checkpoints are fetched and posted. */
    latch: { start(request: SessionRequest, exchange: string): Promise<PageResult>; stop(): void };
    /** Offered by the terminal. */
    latchSay<K extends keyof PageCalls>(event: K, ...args: Parameters<PageCalls[K]>): Promise<void>;
  }
}
