import type { Criterion } from '../tasks/task.js';
import type { TrialProgress } from './types.js';

const CURVE_POINTS = 200;

/** Means over the newest of a stream of values. */
class Recent {
  private readonly values: Float64Array;
  private next = 0;
  private filled = 0;
  private sum = 0;

  constructor(readonly capacity: number) {
    this.values = new Float64Array(capacity);
  }

  push(value: number): void {
    this.sum += value - this.values[this.next]!;
    this.values[this.next] = value;
    this.next = (this.next + 1) % this.capacity;
    this.filled = Math.min(this.filled + 1, this.capacity);
    // Rounding does not pile up: once a round the sum is taken anew.
    if (this.next === 0) this.sum = this.values.reduce((a, b) => a + b, 0);
  }

  get count(): number {
    return this.filled;
  }

  /** How many values are newer than the nth newest that is not 0; undefined where there are fewer than n. */
  since(n: number): number | undefined {
    let found = 0;
    for (let back = 0; back < this.filled; back++) {
      const value = this.values[(this.next - 1 - back + this.capacity) % this.capacity]!;
      if (value !== 0 && ++found === n) return back;
    }
    return undefined;
  }

  get total(): number {
    return this.sum;
  }

  get mean(): number {
    return this.filled === 0 ? NaN : this.sum / this.filled;
  }
}

/** Newest sequences that progress tells of, where the criterion is about fresh ones. */
const FRESH_WINDOW = 500;

/** Follows the training sequences of one trial, until it has solved the task or failed. */
export class TrialTracker {
  state: TrialProgress['state'] = 'training';
  solvedAt: number | undefined;
  private seen = 0;
  private readonly wrong: Recent;
  private readonly error: Recent;
  private readonly points: [number, number, number][] = [];
  private bin = { count: 0, error: 0, wrong: 0 };
  private binSize: number;

  constructor(readonly seed: number, private readonly criterion: Criterion, private readonly limit: number) {
    const window = criterion.on === 'stream' ? criterion.sequences : Math.min(criterion.sequences, FRESH_WINDOW);
    this.wrong = new Recent(window);
    this.error = new Recent(window);
    this.binSize = Math.max(1, Math.ceil(Math.min(limit, 1e5) / CURVE_POINTS));
  }

  get sequences(): number {
    return this.seen;
  }

  /** One more training sequence, judged before its update. */
  push(wrong: number, error: number): void {
    if (this.state !== 'training') return;
    this.seen++;
    this.wrong.push(wrong);
    this.error.push(error);
    this.draw(wrong, error);
    const { on, sequences } = this.criterion;
    if (on === 'stream' && this.wrong.count === sequences && meets(this.criterion, this.wrong.total, this.error.mean)) {
      this.succeed();
    } else if (this.seen >= this.limit) this.state = 'limit';
  }

  /**
   * Training sequences before which the criterion cannot be met, whatever comes: training stops there, so that no
   * update follows the one that solved the task.
   */
  get earliest(): number {
    const { on, sequences, wrong } = this.criterion;
    if (this.state !== 'training' || on === 'fresh') return Infinity;
    const since = this.wrong.since(wrong + 1); // newer than the one that is too many
    return this.seen + Math.max(1, sequences - (since ?? this.wrong.count));
  }

  /** Whether a test of fresh sequences is worth its time: the newest ones of training are nearly good enough. */
  get promising(): boolean {
    const { sequences, wrong, noisy = false } = this.criterion;
    return noisy || this.wrong.mean <= wrong / sequences + PROMISING;
  }

  /** What came of a test of fresh sequences after `seen` of training. */
  tested(wrong: number, error: number): void {
    if (this.state === 'success' || !meets(this.criterion, wrong, error)) return;
    this.succeed();
  }

  diverge(): void {
    if (this.state === 'training') this.state = 'diverged';
  }

  /** [sequences, mean error, share wrong] of the sequences since the point before. */
  get curve(): readonly (readonly [number, number, number])[] {
    return this.points;
  }

  get progress(): TrialProgress {
    const { seed, state, solvedAt } = this;
    return {
      seed, sequences: this.seen, error: this.error.mean, wrong: this.wrong.mean, state,
      ...(solvedAt === undefined ? {} : { solvedAt }),
    };
  }

  private succeed(): void {
    this.state = 'success';
    this.solvedAt = this.seen;
  }

  private draw(wrong: number, error: number): void {
    const { bin } = this;
    bin.count++;
    bin.error += error;
    bin.wrong += wrong;
    if (bin.count < this.binSize) return;
    if (this.points.length === CURVE_POINTS) {
      this.halve();
      return; // the bin is half full now
    }
    this.points.push([this.seen, bin.error / bin.count, bin.wrong / bin.count]);
    this.bin = { count: 0, error: 0, wrong: 0 };
  }

  /** Two points become one, so that a run of any length has a curve of a few hundred points at most. */
  private halve(): void {
    const old = this.points.splice(0);
    for (let i = 0; i < old.length; i += 2) {
      const [a, b] = [old[i]!, old[i + 1]!];
      this.points.push([b[0], (a[1] + b[1]) / 2, (a[2] + b[2]) / 2]);
    }
    this.binSize *= 2;
  }
}

const PROMISING = 0.1;

/** Whether so many wrong and such a mean error, over as many sequences as a criterion asks for, meet it. */
export const meets = ({ wrong: most, error: bound = Infinity }: Criterion, wrong: number, error: number): boolean =>
  wrong <= most + 1e-9 && error < bound;
