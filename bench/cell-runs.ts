import {
  createTrainer, type Device, type Driver, linear, oneHot, openDevice, recurrent, sequential,
} from '../src/index.js';
import type { Problem } from './problem.js';
import type { Training } from './system.js';
import { onBatch, trainerOptions } from './systems/engine.js';

/** The page's side of `bench:cells`: every cell with every driver on one device, so that they can take turns. */
export class CellRuns {
  #device: Promise<Device> | undefined;
  readonly #runs = new Map<string, Training>();

  /** Compiles and takes one step. Returns what that took, in ms. */
  async start(cell: string, driver: Driver, problem: Problem): Promise<number> {
    this.#device ??= openDevice();
    const { vocabulary, hidden, layers } = problem;
    const model = sequential([oneHot(vocabulary), recurrent(cell, hidden, { layers }), linear(vocabulary)]);
    const begun = performance.now();
    const trainer = await createTrainer(await this.#device, model, { ...trainerOptions(problem), driver });
    this.#runs.set(`${cell} ${driver}`, await onBatch(problem, trainer));
    await this.round(cell, driver, 1);
    return performance.now() - begun;
  }

  /** Milliseconds of a step, over `steps` of them and one read of the loss. @throws Error where that is no number */
  async round(cell: string, driver: Driver, steps: number): Promise<number> {
    const run = this.#runs.get(`${cell} ${driver}`);
    if (!run) throw new Error(`start ${cell} with ${driver} before its rounds`);
    const begun = performance.now();
    for (let i = 0; i < steps; i++) await run.step();
    const loss = await run.readLoss();
    if (!Number.isFinite(loss)) throw new Error(`${cell} with ${driver} has the loss ${loss}`);
    return (performance.now() - begun) / steps;
  }
}
