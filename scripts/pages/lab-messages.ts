// What the terminal and the page of the lab, or its process with Dawn, say to each other.
import type { ExperimentListener, ExperimentOptions, ExperimentOutcome } from '../../src/lab/types.js';

/** An answer, or the error without its stack. */
export type Answer<T> =
  | { readonly result: T }
  | { readonly error: { readonly name: string; readonly message: string } };

export interface LabCalls {
  /** Opens the device, unless it is open; the adapter's name. */
  open(): Promise<Answer<string>>;
  run(options: ExperimentOptions, seeds: readonly number[]): Promise<Answer<ExperimentOutcome>>;
  /** Stops the run under way, which then answers with what has ended. */
  stop(): void;
}

declare global {
  interface Window {
    /** Offered by the page; `exchange` is where recorded examples are fetched. */
    lab: LabCalls & { exchange: string };
    /** Offered by the terminal. */
    labSay<K extends keyof ExperimentListener>(event: K, ...args: Parameters<ExperimentListener[K]>): Promise<void>;
  }
}
