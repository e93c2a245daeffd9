import type { Counts } from './counters.js';
import type { Problem } from './problem.js';
import type { System, Training } from './system.js';

/** What a page reports once its first step is done. */
export interface Started {
  /** From the problem to the first loss on the CPU: create, compile, step, read. */
  firstStepMs: number;
  /** One more step, still part of the warm-up; null where the first already took longer than the budget. */
  warmStepMs: number | null;
  firstLoss: number;
  /** What the warm step asked of WebGPU, for systems that get no further. */
  warm: Round | null;
}

/** What is counted in each step. */
export const COUNTED = ['dispatches', 'submits', 'pipelinesCreated', 'buffersCreated', 'bindGroupsCreated'] as const;

export type Counted = (typeof COUNTED)[number];

/** One round of measured steps. */
export interface Round {
  msPerStep: number;
  steps: number;
  /** Per step. */
  counts: Record<Counted, number>;
  bytesPeak: number;
}

/** The page's side of the benchmark: drives one system and keeps its losses by step number. */
export class Measurement {
  readonly #counts: Counts;
  readonly #losses: Record<number, number> = {};
  #training: Training | undefined;
  #steps = 0;

  constructor(counts: Counts) {
    this.#counts = counts;
  }

  /** The first step, and a second where the first took at most `budgetMs`. */
  async start(system: System, problem: Problem, budgetMs: number): Promise<Started> {
    const start = performance.now();
    this.#training = await system.create(problem);
    const firstLoss = await this.#advance(1);
    const firstStepMs = performance.now() - start;
    if (firstStepMs > budgetMs) return { firstStepMs, warmStepMs: null, firstLoss, warm: null };
    const warm = await this.round(1);
    return { firstStepMs, warmStepMs: warm.msPerStep, firstLoss, warm };
  }

  /**
   * `steps` steps, and one read of the loss at their end, which is the only wait that a system is forced to; or, in
   * sync form, a read after each.
   */
  async round(steps: number, form: 'natural' | 'sync' = 'natural'): Promise<Round> {
    const before = { ...this.#counts };
    const start = performance.now();
    if (form === 'natural') await this.#advance(steps);
    else for (let i = 0; i < steps; i++) await this.#advance(1);
    const msPerStep = (performance.now() - start) / steps;
    const counts = Object.fromEntries(COUNTED.map((key) => [key, (this.#counts[key] - before[key]) / steps]));
    return { msPerStep, steps, counts: counts as Record<Counted, number>, bytesPeak: this.#counts.bytesPeak };
  }

  /** Losses that were read, by step number from 1. */
  get losses(): Record<number, number> {
    return this.#losses;
  }

  async stop(): Promise<void> {
    await this.#training?.dispose();
    this.#training = undefined;
  }

  async #advance(steps: number): Promise<number> {
    const training = this.#training;
    if (!training) throw new Error('start() a system before its rounds.');
    for (let i = 0; i < steps; i++) await training.step();
    this.#steps += steps;
    const loss = await training.readLoss();
    this.#losses[this.#steps] = loss;
    return loss;
  }
}
