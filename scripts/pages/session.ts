// One training run, the same in the page and in Node: it asks for nothing but a text and someone who listens.
import {
  type createTrainer, decodeCheckpoint, type Device, explainTable, openDevice, textCorpus, type Trainer,
  type TrainingStep,
} from '../../src/index.js';
import type { Finished, SessionInputs, SessionListener, SessionRequest, StepRecord } from './events.js';
import { type Opened, openTrainer } from './open.js';

const SAMPLES = 5; // during a run
const SAMPLE_LENGTH = 200;
const FINAL_LENGTH = 400;
const REPORT_MS = 100;

/** Runs to the end or until `signal`; undefined where only the program was asked for. Throws as the library does. */
export async function runSession(
  request: SessionRequest, inputs: SessionInputs, listener: SessionListener, signal: AbortSignal,
): Promise<Finished | undefined> {
  const begun = performance.now();
  const whole = textCorpus(inputs.text, { name: request.textName });
  const checkpoint = inputs.resume && decodeCheckpoint(inputs.resume);
  const device = request.cpu ? undefined : await openDevice();
  try {
    const opened = await openTrainer(request, whole, checkpoint, device);
    if (!request.explain) await listener.started(opened.info);
    await opened.trainer.load(opened.corpus);
    if (request.explain) {
      await listener.explained(await programOf(opened.trainer));
      return undefined;
    }
    return await new Session(request, opened, listener, signal, begun, countSubmits(device)).run();
  } catch (error) {
    device?.check(); // what the GPU reported explains more than what failed because of it
    throw error;
  } finally {
    device?.destroy();
  }
}

class Session {
  private readonly fitClock = new Clock();
  private records: StepRecord[] = [];
  private reported = performance.now();
  private saved = performance.now();
  /** Taken with steps under way; handed on when the step after it has gone well too. */
  private pending: { readonly bytes: Uint8Array; readonly step: number } | undefined;

  constructor(
    private readonly request: SessionRequest,
    private readonly opened: Opened,
    private readonly listener: SessionListener,
    private readonly signal: AbortSignal,
    private readonly begun: number,
    private readonly submits: () => number,
  ) {}

  async run(): Promise<Finished> {
    const { trainer, info, heldOutCharacters } = this.opened;
    const submits = await this.fit();
    const interrupted = this.signal.aborted;
    const fitSeconds = this.fitClock.seconds;
    const count = trainer.step - info.from;
    const heldOut = interrupted ? null : await this.judge();
    if (this.request.checkpointSeconds > 0) await this.listener.checkpoint(await trainer.checkpoint(), trainer.step);
    const samples: string[] = [];
    for (let trial = 0; !interrupted && trial < info.shape.trials; trial++) {
      samples.push(await this.sample(FINAL_LENGTH, trial));
    }
    return {
      interrupted, step: trainer.step, heldOut, heldOutCharacters, samples: interrupted ? null : samples,
      stepsPerSecond: count > 0 ? count / fitSeconds : 0,
      submitsPerStep: count > 0 ? Math.round((1000 * submits) / count) / 1000 : 0,
      ...programSize(trainer),
      seconds: (performance.now() - this.begun) / 1000,
    };
  }

  /** The held-out loss, before the run is saved: it is the first to see the last step's parameters. */
  private async judge(): Promise<number[] | null> {
    const { trainer, heldOutCharacters } = this.opened;
    if (heldOutCharacters < 2) return null;
    await this.listener.judging(heldOutCharacters);
    const losses = await trainer.evaluate();
    const bad = losses.findIndex((loss) => !Number.isFinite(loss));
    if (bad < 0) return losses;
    throw new Error(`after the last step, ${trainer.step}, the held-out loss is ${losses[bad]} (trial ${bad}); ` +
      `lower the rate (now ${trainer.settings.optimizer.rate})`);
  }

  /** All steps; returns the submits that they took. */
  private async fit(): Promise<number> {
    const { trainer, corpus, info } = this.opened;
    const every = Math.ceil((info.steps - info.from) / (SAMPLES + 1));
    let submits = 0;
    let before = this.submits();
    this.fitClock.start();
    try {
      for await (const result of trainer.fit(corpus, { steps: info.steps - info.from, signal: this.signal })) {
        submits += this.submits() - before;
        this.records.push(record(result));
        await this.between(result.step, (result.step - info.from) % every === 0);
        before = this.submits();
      }
      submits += this.submits() - before;
    } finally {
      this.fitClock.stop();
      await this.report();
    }
    return submits;
  }

  /** What happens between two steps. */
  private async between(step: number, sampleDue: boolean): Promise<void> {
    if (performance.now() - this.reported >= REPORT_MS) await this.report();
    if (this.signal.aborted) return;
    const { trainer, info } = this.opened;
    if (sampleDue && trainer.step < info.steps) {
      this.fitClock.stop();
      await this.report();
      await this.listener.sample(step, await this.sample(SAMPLE_LENGTH, 0, step));
      this.fitClock.start();
    }
    await this.keep(step);
  }

  private async keep(step: number): Promise<void> {
    const { checkpointSeconds } = this.request;
    if (this.pending && step > this.pending.step) {
      const { bytes, step: at } = this.pending;
      this.pending = undefined;
      await this.outside(() => this.listener.checkpoint(bytes, at));
      this.saved = performance.now();
    } else if (!this.pending && checkpointSeconds > 0 && performance.now() - this.saved >= 1000 * checkpointSeconds) {
      const { trainer } = this.opened;
      this.pending = await this.outside(async () => ({ step: trainer.step, bytes: await trainer.checkpoint() }));
    }
  }

  /** `work` between two steps, which is not training. */
  private async outside<T>(work: () => Promise<T>): Promise<T> {
    this.fitClock.stop();
    try {
      return await work();
    } finally {
      this.fitClock.start();
    }
  }

  private async sample(length: number, trial: number, step = 0): Promise<string> {
    const { prime, temperature } = this.request;
    const seed = (this.opened.info.shape.seed + trial + step) % 2 ** 32;
    return prime + await this.opened.trainer.generate({ prime, length, temperature, trial, seed });
  }

  private async report(): Promise<void> {
    const { records } = this;
    this.records = [];
    this.reported = performance.now();
    if (records.length > 0) await this.listener.steps(records, this.fitClock.seconds);
  }
}

/** Adds up the time between `start` and `stop`. */
class Clock {
  private total = 0;
  private since: number | undefined;

  start(): void {
    this.since = performance.now();
  }

  stop(): void {
    if (this.since !== undefined) this.total += performance.now() - this.since;
    this.since = undefined;
  }

  get seconds(): number {
    return (this.total + (this.since === undefined ? 0 : performance.now() - this.since)) / 1000;
  }
}

const record = ({ step, trials }: TrainingStep): StepRecord => ({
  step, loss: trials.map(({ loss }) => loss), gradientNorm: trials.map(({ gradientNorm }) => gradientNorm),
});

/** Counts the queue's submits from now on. */
function countSubmits(device: Device | undefined): () => number {
  if (!device) return () => 0;
  const { queue } = device.gpu;
  const submit = queue.submit.bind(queue);
  let count = 0;
  queue.submit = (buffers) => {
    count++;
    submit(buffers);
  };
  return () => count;
}

type GpuTrainer = Awaited<ReturnType<typeof createTrainer>>;

function programSize(trainer: Trainer): { dispatchesPerStep: number; gpuBytes: number } {
  if (!isOnGpu(trainer)) return { dispatchesPerStep: 0, gpuBytes: 0 };
  return { dispatchesPerStep: trainer.engine.program.dispatches.length, gpuBytes: trainer.engine.bytes };
}

async function programOf(trainer: Trainer): Promise<string> {
  if (!isOnGpu(trainer)) throw new Error('the CPU reference runs no program that could be explained');
  return explainTable(trainer.engine.program, await trainer.engine.measure());
}

const isOnGpu = (trainer: Trainer): trainer is GpuTrainer => 'program' in trainer.engine;
