/** Points kept; a longer run is thinned by half, again and again. */
const MOST_POINTS = 2000;
/** The smoothed line averages over about a tenth of the run so far, and at most over this many steps. */
const LONGEST_AVERAGE = 50;

/** The losses of a run, thinned so that a long one stays quick to draw, and a smoothed line through them. */
export class LossCurve {
  readonly steps: number[] = [];
  readonly losses: number[] = [];
  readonly smoothed: number[] = [];
  /** The last step seen; 0 before the first. */
  step = 0;
  /** The smoothed loss now; NaN before the first step. */
  smooth = NaN;
  private stride = 1;
  private group: number[] = [];

  add(step: number, loss: number): void {
    this.step = step;
    const weight = 1 / Math.min(LONGEST_AVERAGE, 1 + step / 10);
    this.smooth = Number.isNaN(this.smooth) ? loss : this.smooth + weight * (loss - this.smooth);
    this.group.push(loss);
    if (this.group.length < this.stride) return;
    this.steps.push(step);
    this.losses.push(mean(this.group));
    this.smoothed.push(this.smooth);
    this.group = [];
    if (this.steps.length >= MOST_POINTS) this.thin();
  }

  /** Forgets what came after `step`, for a run that goes on from there. */
  cut(step: number): void {
    const kept = this.steps.findIndex((value) => value > step);
    if (kept >= 0) for (const list of [this.steps, this.losses, this.smoothed]) list.length = kept;
    this.group = [];
    this.step = step;
    this.smooth = this.smoothed.at(-1) ?? NaN;
  }

  private thin(): void {
    const half = this.steps.length / 2;
    for (let i = 0; i < half; i++) {
      this.steps[i] = this.steps[2 * i + 1]!;
      this.losses[i] = mean(this.losses.slice(2 * i, 2 * i + 2));
      this.smoothed[i] = this.smoothed[2 * i + 1]!;
    }
    for (const list of [this.steps, this.losses, this.smoothed]) list.length = half;
    this.stride *= 2;
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
