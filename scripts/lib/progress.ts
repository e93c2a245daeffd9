import { MultiBar, type SingleBar } from 'cli-progress';
import type { StepRecord } from '../pages/events.js';

/** Where progress goes: the terminal, or a pipe. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface ProgressOptions {
  readonly from: number;
  readonly steps: number;
  /** Characters that a step reads, over all trials. */
  readonly charactersPerStep: number;
  readonly output: Output;
}

const DECAY = 0.99;
const LINE_MS = 10_000; // between lines where there is no terminal
// Lines above a bar are printed by MultiBar alone; SingleBar also puts the cursor back to where the bar began.
const BAR = {
  barCompleteChar: '█', barIncompleteChar: '░', format: '{bar} {value}/{total} {line}',
  fps: 10, linewrap: true, forceRedraw: true, gracefulExit: false,
};

/** The loss with the steps before it: an exponential mean whose beginning is not drawn to any first value. */
export class SmoothedLoss {
  private sum = 0;
  private weight = 0;

  add(loss: number): void {
    this.sum = DECAY * this.sum + (1 - DECAY) * loss;
    this.weight = DECAY * this.weight + (1 - DECAY);
  }

  /** NaN before the first loss. */
  get value(): number {
    return this.sum / this.weight;
  }
}

export const bits = (nats: number): number => nats / Math.LN2;

/** A duration for people: 45 s, 2 min 05 s, 1 h 02 min. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
    : `${Math.floor(whole / 3600)} h ${two((whole % 3600) / 60)} min`;
}

/** A bar in a terminal; elsewhere a line every ten seconds. */
export class Progress {
  private readonly loss = new SmoothedLoss();
  private readonly terminal: { readonly bars: MultiBar; readonly bar: SingleBar } | undefined;
  private line = '';
  private step: number;
  private printed = performance.now();
  private printedStep: number;

  constructor(private readonly options: ProgressOptions) {
    const { output, steps, from } = options;
    this.step = from;
    this.printedStep = from;
    if (!output.isTTY) return;
    const barsize = Math.max(5, Math.min(30, (output.columns ?? 80) - 73));
    const bars = new MultiBar({ ...BAR, barsize, stream: output as NodeJS.WriteStream });
    this.terminal = { bars, bar: bars.create(steps, from, { line: 'the first step …' }) };
  }

  /** Takes finished steps; `seconds` is the training time of all so far. */
  update(records: readonly StepRecord[], seconds: number): void {
    for (const { loss } of records) this.loss.add(loss.reduce((sum, value) => sum + value, 0) / loss.length);
    this.step = records.at(-1)?.step ?? this.step;
    const { from, steps, charactersPerStep } = this.options;
    const rate = (this.step - from) / seconds;
    const characters = Math.round(rate * charactersPerStep).toLocaleString('en');
    const { value } = this.loss;
    this.line = `loss ${value.toFixed(3)} · ${bits(value).toFixed(2)} bits/char · ${characters} char/s · ` +
      `${duration((steps - this.step) / rate)} left`;
    if (this.terminal) this.terminal.bar.update(this.step, { line: this.line });
    else if (performance.now() - this.printed >= LINE_MS) this.printLine();
  }

  /** Prints whole lines above the bar. */
  above(text: string): void {
    if (this.terminal) {
      this.terminal.bars.log(`${text}\n`);
      this.terminal.bars.update();
    } else {
      this.options.output.write(`${text}\n`);
    }
  }

  stop(): void {
    if (this.terminal) this.terminal.bars.stop();
    else if (this.step > this.printedStep) this.printLine();
  }

  private printLine(): void {
    this.options.output.write(`step ${this.step}/${this.options.steps}: ${this.line}\n`);
    this.printed = performance.now();
    this.printedStep = this.step;
  }
}
