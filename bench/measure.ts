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
}

/** One round of measured steps. */
export interface Round {
  msPerStep: number;
  steps: number;
  /** Per step. */
  dispatches: number;
  submits: number;
  buffersCreated: number;
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

  async start(system: System, problem: Problem, budgetMs: number): Promise<Started> {
    const start = performance.now();
    this.#training = await system.create(problem);
    const firstLoss = await this.#advance(1);
    const firstStepMs = performance.now() - start;
    if (firstStepMs > budgetMs) return { firstStepMs, warmStepMs: null, firstLoss };
    const warm = performance.now();
    await this.#advance(1);
    return { firstStepMs, warmStepMs: performance.now() - warm, firstLoss };
  }

  /** `steps` steps and one read of the loss at their end, which is the only wait a system is forced to. */
  async round(steps: number): Promise<Round> {
    const before = { ...this.#counts };
    const start = performance.now();
    await this.#advance(steps);
    const msPerStep = (performance.now() - start) / steps;
    const per = (key: 'dispatches' | 'submits' | 'buffersCreated') => (this.#counts[key] - before[key]) / steps;
    return {
      msPerStep,
      steps,
      dispatches: per('dispatches'),
      submits: per('submits'),
      buffersCreated: per('buffersCreated'),
      bytesPeak: this.#counts.bytesPeak,
    };
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
