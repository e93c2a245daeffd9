import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { LossCurve } from './loss-curve.js';

/** Steps that the empty axis shows. */
const FIRST_STEPS = 50;

/** Quarters of a nat around what is drawn. */
const quarters = (min: number, max: number): uPlot.Range.MinMax =>
  [Math.max(0, Math.floor(min * 4 - 0.5) / 4), Math.ceil(max * 4 + 0.5) / 4];

/** The loss curve; as wide as `host`, in the page's colours, drawn at most once a frame. */
export class LossChart {
  private plot: uPlot | undefined;
  private curve: LossCurve | undefined;
  private baseline: number | undefined;
  private frame = 0;

  constructor(private readonly host: HTMLElement) {
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(host);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.rebuild());
    this.rebuild();
  }

  /** @param baseline loss of guessing by frequency, drawn as a dashed line */
  show(curve: LossCurve | undefined, baseline: number | undefined): void {
    this.curve = curve;
    this.baseline = baseline;
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.plot?.setData(this.data());
    });
  }

  private data(): uPlot.AlignedData {
    const { steps = [], losses = [], smoothed = [] } = this.curve ?? {};
    const { baseline = null } = this;
    return [steps, losses, smoothed, steps.map(() => baseline)];
  }

  private size(): { width: number; height: number } {
    return { width: this.host.clientWidth, height: this.host.clientHeight };
  }

  private rebuild(): void {
    this.plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    const axis: uPlot.Axis = {
      stroke: colour('muted'), font: '12px system-ui, sans-serif',
      grid: { stroke: colour('rule'), width: 1 }, ticks: { show: false },
    };
    this.plot = new uPlot({
      ...this.size(),
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: (_, __, max) => [0, Math.max(FIRST_STEPS, max ?? 0)] },
        y: { range: (_, min, max) => (max == null ? [0, 5] : quarters(min, max)) },
      },
      axes: [{ ...axis, size: 28, gap: 6 }, { ...axis, size: 40, gap: 6 }],
      series: [
        {},
        { stroke: colour('faint'), width: 1, points: { show: false } },
        { stroke: colour('accent'), width: 2, points: { show: false } },
        { stroke: colour('muted'), width: 1, dash: [4, 4], points: { show: false } },
      ],
    }, this.data(), this.host);
  }
}
