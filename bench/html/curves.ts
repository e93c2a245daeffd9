import type { Curve, Runtime } from '../report-types.js';
import { escape, section } from '../../scripts/lib/report/html.js';

/** What client.js draws. */
export interface Chart {
  readonly id: string;
  readonly label: string;
  /** Every value of the axis, in rising order; the ticks are there. */
  readonly values: readonly number[];
  readonly series: readonly {
    readonly name: string; readonly system: string; readonly ms: readonly (number | null)[];
  }[];
}

const AXES = { hidden: 'units, H', batch: 'batch rows, B', timeSteps: 'time steps, T' } as const;

/** The charts of one runtime: one for each axis that was measured. */
export function chartsOf(curves: readonly Curve[], runtime: Runtime): Chart[] {
  return (Object.keys(AXES) as Curve['axis'][]).flatMap((axis) => {
    const some = curves.filter((curve) => curve.axis === axis && curve.runtime === runtime && curve.points.length > 0);
    if (some.length === 0) return [];
    const values = [...new Set(some.flatMap(({ points }) => points.map(({ value }) => value)))].sort((a, b) => a - b);
    const series = some.map(({ name, system, points }) => ({
      name, system, ms: values.map((value) => points.find((point) => point.value === value)?.msPerStep ?? null),
    }));
    const label = `${AXES[axis]}, the rest as in ${some[0]!.base}`;
    return [{ id: `curve-${runtime}-${axis}`, label, values, series }];
  });
}

/** Places for the charts; the figures are in the page's data. */
export function curveSection(charts: readonly Chart[], runtime: Runtime, where: string): string {
  if (charts.length === 0) return '';
  const figures = charts.map(({ id, label }) =>
    `<figure><figcaption>${escape(label)}</figcaption><div class="chart" id="${id}"></div></figure>`);
  return section(`curves-${runtime}`, `How a step grows${where}`,
    '<p>Milliseconds a step; both axes are logarithmic.</p>',
    `<div class="charts">${figures.join('\n')}</div>`);
}
