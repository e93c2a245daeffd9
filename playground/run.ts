import { type createTrainer, DeviceLostError, explainTable, type TextCorpus } from '../src/index.js';
import type { FromWorker, Sampling } from './messages.js';

const REPORT_MS = 100;
const SAMPLE_MS = 4_000;
/** Sampling may take this share of the time: on a software adapter a sample costs as much as many steps. */
const SAMPLE_SHARE = 0.1;
const SPEED_MS = 1_000;
const SNAPSHOT_MS = 15_000;
const SAMPLE_LENGTH = 280;
const ENDLESS = 2 ** 31 - 1;

/** A state that training can go on from: a checkpoint file and the step it was taken at. */
export interface SavedRun { readonly bytes: Uint8Array; readonly step: number }

/** One training run: trains until told to stop, then stays to be sampled until it is closed. */
export class Run {
  private paused = false;
  private closed = false;
  private sampleDue = true;
  private readonly ending = new AbortController();
  private wake = (): void => undefined;
  private losses: number[] = [];
  private reportedAt = 0;
  private nextSampleAt = 0;
  private speed = 0;
  private savedAt = -Infinity;
  private shown: number;

  constructor(
    private readonly trainer: Awaited<ReturnType<typeof createTrainer>>, private readonly corpus: TextCorpus,
    private sampling: Sampling, private readonly post: (message: FromWorker) => void,
    /** The last state that was saved. */
    public saved?: SavedRun,
  ) {
    this.shown = trainer.step;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.wake();
  }

  stop(): void {
    this.ending.abort();
    this.wake();
  }

  close(): void {
    this.closed = true;
    this.stop();
  }

  resample(sampling: Sampling): void {
    this.sampling = sampling;
    this.sampleDue = true;
    this.wake();
  }

  /** Trains, then waits for changes of the sampling, until closed. @throws DeviceLostError */
  async live(): Promise<void> {
    try {
      await this.begin();
      await this.train();
      this.post({ type: 'state', state: 'idle' });
      while (!this.closed) await this.rest();
    } finally {
      this.trainer.destroy();
    }
  }

  private async begin(): Promise<void> {
    await this.trainer.load(this.corpus);
    const { engine, settings, step } = this.trainer;
    this.post({
      type: 'run', parameters: settings.model.layout.count, dispatches: engine.program.dispatches.length,
      gpuBytes: engine.bytes, from: step, program: explainTable(engine.program),
    });
    this.post({ type: 'state', state: 'running' });
    this.reportedAt = performance.now();
  }

  private async train(): Promise<void> {
    try {
      for await (const { loss } of this.trainer.fit(this.corpus, { steps: ENDLESS, signal: this.ending.signal })) {
        this.losses.push(loss);
        if (this.ending.signal.aborted) continue; // the steps under way still count
        if (performance.now() - this.reportedAt >= REPORT_MS || this.paused) this.report();
        if (performance.now() - this.savedAt >= SNAPSHOT_MS) await this.save();
        if (performance.now() >= this.nextSampleAt) this.sampleDue = true;
        if (this.sampleDue) await this.sample();
        if (this.paused) await this.waitWhilePaused();
      }
      this.report();
    } catch (error) {
      this.report();
      if (error instanceof DeviceLostError) throw error;
      this.post({ type: 'problem', of: 'run', message: describe(error) });
    }
  }

  private async waitWhilePaused(): Promise<void> {
    this.post({ type: 'state', state: 'paused' });
    while (this.paused && !this.ending.signal.aborted) await this.rest();
    if (!this.ending.signal.aborted) this.post({ type: 'state', state: 'running' });
    this.reportedAt = performance.now();
  }

  /** Samples if that is due, else sleeps until something changes. */
  private async rest(): Promise<void> {
    if (this.sampleDue) return this.sample();
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
  }

  private report(): void {
    if (this.losses.length === 0) return;
    const now = performance.now();
    const { batch, timeSteps } = this.trainer.settings;
    const elapsed = Math.max(1, now - this.reportedAt);
    const speed = (1000 * this.losses.length * batch * timeSteps) / elapsed;
    this.speed += (speed - this.speed) * (this.speed === 0 ? 1 : 1 - Math.exp(-elapsed / SPEED_MS));
    this.post({ type: 'steps', first: this.shown + 1, losses: this.losses, charactersPerSecond: this.speed });
    this.shown += this.losses.length;
    this.losses = [];
    this.reportedAt = now;
  }

  private async sample(): Promise<void> {
    this.sampleDue = false;
    const begun = performance.now();
    const { sampling, shown } = this;
    const step = shown + this.losses.length;
    try {
      const text = await this.trainer.generate({ ...sampling, length: SAMPLE_LENGTH, seed: step });
      this.post({ type: 'sample', step, text, ...sampling });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // a prime with characters that the text does not have
      this.post({ type: 'problem', of: 'sample', message: describe(error) });
    }
    const took = performance.now() - begun;
    this.nextSampleAt = performance.now() + Math.max(SAMPLE_MS, took / SAMPLE_SHARE);
    this.reportedAt += took; // characters/s is the training's alone
  }

  private async save(): Promise<void> {
    const begun = performance.now();
    this.saved = { bytes: await this.trainer.checkpoint(), step: this.trainer.step };
    this.savedAt = performance.now();
    this.reportedAt += this.savedAt - begun;
  }
}

/** An error's message as a sentence; a file's name at its start stays as it is. */
export function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const begun = message.replace(/^[a-z]+(?= )/, (word) => word.charAt(0).toUpperCase() + word.slice(1));
  return begun.replace(/[.\s]*$/, '.');
}
