import { decodeCheckpoint } from '../../src/index.js';
import type { Finished, SessionListener, Started, StepRecord } from '../pages/events.js';
import { writeWhole } from './files.js';
import type { TrainOptions } from './options.js';
import { Progress } from './progress.js';
import { reportOf, sampleText, startText, summaryText } from './summary.js';

const { stdout, stderr } = process;

/** The terminal's side of a session: shows it, keeps its checkpoints and its report. */
export class Run implements SessionListener {
  private info: Started | undefined;
  private progress: Progress | undefined;
  private readonly records: StepRecord[] = [];
  /** The step of the checkpoint file that this run has written. */
  private savedStep: number | undefined;

  constructor(private readonly options: TrainOptions, private readonly textName: string) {}

  started(info: Started): void {
    this.info = info;
    stdout.write(`${startText(info, this.textName)}\n\n`);
    const { from, steps, shape: { time, batch, trials } } = info;
    this.progress = new Progress({ from, steps, charactersPerStep: time * batch * trials, output: stdout });
  }

  steps(records: readonly StepRecord[], fitSeconds: number): void {
    this.records.push(...records);
    this.progress?.update(records, fitSeconds);
  }

  sample(step: number, text: string): void {
    this.progress?.above(`${sampleText(`Step ${step}`, text, stdout.columns)}\n`);
  }

  async checkpoint(bytes: Uint8Array, step: number): Promise<void> {
    const file = this.options.checkpoint;
    if (file === undefined) return;
    decodeCheckpoint(bytes); // refuses NaN: a run that went wrong unseen does not replace the last good file
    await writeWhole(file, bytes);
    this.savedStep = step;
  }

  judging(characters: number): void {
    this.endProgress();
    stdout.write(`Judging by ${characters.toLocaleString('en')} held-out characters …\n`);
  }

  explained(table: string): void {
    stdout.write(`${table}\n`);
  }

  interrupted(): void {
    this.endProgress();
    stderr.write('\nInterrupted: finishing the steps under way. Once more quits at once.\n');
  }

  async finish(finished: Finished): Promise<void> {
    this.endProgress();
    const info = this.info!;
    stdout.write(`\n${summaryText(info, this.records, finished)}\n`);
    const { seed, trials } = info.shape;
    finished.samples?.forEach((sample, trial) => {
      const title = trials > 1 ? `Sample of trial ${trial} (seed ${seed + trial})` : 'Sample';
      stdout.write(`\n${sampleText(title, sample, stdout.columns)}\n`);
    });
    const { json, checkpoint } = this.options;
    if (checkpoint !== undefined) {
      stdout.write(`\nCheckpoint at step ${this.savedStep}: ${checkpoint} (go on with --resume ${checkpoint})\n`);
    }
    if (json !== undefined) {
      await writeWhole(json, `${JSON.stringify(reportOf(info, this.records, finished), null, 1)}\n`);
      stdout.write(`${checkpoint === undefined ? '\n' : ''}Report: ${json}\n`);
    }
  }

  /** The error to show, with where the run can be taken up again. */
  failed(error: unknown): Error {
    this.endProgress();
    const message = error instanceof Error ? error.message : String(error);
    const { checkpoint } = this.options;
    if (checkpoint === undefined || !this.info) return new Error(message, { cause: error });
    const kept = this.savedStep === undefined
      ? `${checkpoint} was not touched`
      : `${checkpoint} holds step ${this.savedStep} (go on with --resume ${checkpoint})`;
    return new Error(`${message}\n${kept}`, { cause: error });
  }

  private endProgress(): void {
    this.progress?.stop();
    this.progress = undefined;
  }
}
