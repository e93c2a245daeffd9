import { MultiBar, type SingleBar } from 'cli-progress';
import type { Experiment, TrialProgress, TrialResult } from '../../../src/lab/types.js';
import { duration, type Output } from '../progress.js';
import type { View } from './lab.js';
import type { LabRow } from './row.js';
import { count, figure, percent, rowText, trialText, valuesText } from './summary.js';

export type { Output } from '../progress.js';

const LINE_MS = 10_000; // between lines where there is no terminal
const BARS = 20; // with more trials than this, or than the terminal has rows for, one bar stands for all

interface Terminal {
  readonly bars: MultiBar;
  readonly trials: ReadonlyMap<number, SingleBar>;
  readonly whole: SingleBar | undefined;
}

/** A bar a trial in a terminal; elsewhere a line a trial, and one every ten seconds. */
export class LabProgress implements View {
  private terminal: Terminal | undefined;
  private printed = 0;
  private ended = 0;
  private succeeded = 0;
  private seeds: readonly number[] = [];
  private limit = 0;

  /** `summary`: print each row in full when it is done. */
  constructor(private readonly output: Output & { readonly rows?: number | undefined },
    private readonly options: { readonly summary: boolean }) {}

  begin({ task, values, setup, seeds: all }: Experiment, name: string, seeds: readonly number[]): void {
    const text = valuesText(values);
    const kept = all.length - seeds.length;
    const title = name || [task.name, ...(text ? [text] : [])].join(' · ');
    const done = kept === 0 ? ''
      : seeds.length === 0 ? ': done before' : `: ${kept} of ${all.length} trials done before`;
    this.output.write(`${title}${done}\n`);
    Object.assign(this, { seeds, ended: 0, succeeded: 0, limit: setup.limit, printed: performance.now() });
    if (seeds.length > 0 && this.output.isTTY) this.terminal = this.open();
  }

  progress(trials: readonly TrialProgress[], seconds: number): void {
    if (this.terminal) this.draw(this.terminal, trials, seconds);
    else if (performance.now() - this.printed >= LINE_MS) this.line(trials, seconds);
  }

  trial(result: TrialResult): void {
    this.ended++;
    if (result.success) this.succeeded++;
    if (!this.terminal) this.output.write(`  ${trialText(result)}\n`);
    const own = this.terminal?.trials.get(result.seed);
    own?.update(result.trained, { line: trialText(result).replace(/^[^:]*: /, '') });
  }

  end(row: LabRow): void {
    this.stop();
    if (this.options.summary) this.output.write(`\n${rowText(row)}\n`);
    else if (row.failed !== undefined) this.output.write(`  failed: ${row.failed}\n`);
  }

  /** Leaves the bars as they are. */
  stop(): void {
    this.terminal?.bars.stop();
    this.terminal = undefined;
  }

  private open(): Terminal {
    const { output, seeds, limit } = this;
    const bars = new MultiBar({
      format: '  {name} {bar} {value} {line}', barCompleteChar: '█', barIncompleteChar: '░', fps: 10, linewrap: false,
      forceRedraw: true, gracefulExit: false, stream: output as NodeJS.WriteStream,
      barsize: Math.max(5, Math.min(20, (output.columns ?? 80) - 70)),
    });
    const single = seeds.length > Math.min(BARS, (output.rows ?? 24) - 4);
    const width = Math.max(...seeds.map((seed) => String(seed).length));
    return {
      bars,
      whole: single ? bars.create(limit * seeds.length, 0, { name: 'all trials', line: '' }) : undefined,
      trials: new Map(single ? [] : seeds.map((seed) =>
        [seed, bars.create(limit, 0, { name: `seed ${String(seed).padStart(width)}`, line: '' })])),
    };
  }

  private draw({ trials: bars, whole }: Terminal, trials: readonly TrialProgress[], seconds: number): void {
    whole?.update(sum(trials.map(({ sequences }) => sequences)), { line: this.words(trials, seconds) });
    for (const { seed, sequences, error, wrong, state } of trials) {
      if (state !== 'training') continue; // what `trial` wrote stays
      bars.get(seed)?.update(sequences, { line: `error ${figure(error)} · ${percent(wrong)} wrong` });
    }
  }

  private line(trials: readonly TrialProgress[], seconds: number): void {
    this.output.write(`  ${duration(seconds)}: ${this.words(trials, seconds)}\n`);
    this.printed = performance.now();
  }

  private words(trials: readonly TrialProgress[], seconds: number): string {
    const open = trials.filter(({ state }) => state === 'training');
    const sequences = sum(trials.map((trial) => trial.sequences));
    const middle = open.length > 0 ? ` · error ${figure(sum(open.map(({ error }) => error)) / open.length)}` : '';
    const furthest = Math.max(0, ...trials.map((trial) => trial.sequences));
    return `${this.ended} of ${this.seeds.length} trials ended, ${this.succeeded} with success · ` +
      `${count(furthest)} of ${count(this.limit)} sequences${middle} · ${count(sequences / Math.max(seconds, 1e-3))} ` +
      'sequences/s';
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
