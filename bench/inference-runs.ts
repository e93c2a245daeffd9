import type { Problem } from './problem.js';
import type { Inferring, System } from './system.js';

/** The page's side of inference: one system, one time step at B = 1 after another. */
export class InferenceRuns {
  #inferring: Inferring | undefined;
  #problem: Problem | undefined;
  #steps = 0;

  /** Builds the network and takes one time step. Returns what that took in ms; null where the system has no way to. */
  async start(system: System, problem: Problem): Promise<number | null> {
    if (!system.infer) return null;
    const begun = performance.now();
    this.#problem = problem;
    this.#inferring = await system.infer(problem);
    await this.round(1);
    return performance.now() - begun;
  }

  /** Milliseconds of a time step, whose logits are read, over `steps`. @throws Error where they are no numbers */
  async round(steps: number): Promise<number> {
    const inferring = this.#inferring;
    const problem = this.#problem;
    if (!inferring || !problem) throw new Error('startInference() before its rounds.');
    const begun = performance.now();
    let logits: ArrayLike<number> = [];
    for (let i = 0; i < steps; i++) logits = await inferring.step(problem.ids[this.#steps++ % problem.ids.length]!);
    const ms = (performance.now() - begun) / steps;
    if (logits.length !== problem.vocabulary || !Array.from(logits).every(Number.isFinite)) {
      throw new Error(`a time step gave ${logits.length} logits, the first of them ${logits[0]}`);
    }
    return ms;
  }

  /** Tokens a second, after a short text as a warm-up; null where the system does not write by itself. */
  async generate(length: number): Promise<number | null> {
    const inferring = this.#inferring;
    if (!inferring?.generate) return null;
    await inferring.generate(8);
    const begun = performance.now();
    await inferring.generate(length);
    return length / ((performance.now() - begun) / 1000);
  }
}
