// The script of the report: its curves, as plots.js draws them.
import { axisStyle, colour, drawCharts } from '../../scripts/lib/report/plots.js';

/** One colour a system, and dashes for its second and third backend or driver. */
const SYSTEMS = ['latch', 'reference', 'float32', 'tfjs', 'jax', 'torch'];
const DASHES = /** @type {const} */ ([[[], 'solid'], [[7, 4], 'dashed'], [[2, 3], 'dotted'], [[10, 4], 'double']]);

/** @param {number | null} value */
const ms = (value) => (value === null || value === undefined ? '–'
  : value.toLocaleString('en', { maximumSignificantDigits: 3, maximumFractionDigits: 3 }));

/** @param {import('./curves.js').Chart} chart @returns {Omit<import('uplot').Options, 'width' | 'height'>} */
function options(chart) {
  const axis = axisStyle();
  /** Whole powers of ten alone. @type {import('uplot').Axis.Filter} */
  const decades = (_, splits) => splits.map((value) => (Math.log10(value) % 1 === 0 ? value : null));
  const dashes = chart.series.map(({ system }, i) =>
    DASHES[chart.series.slice(0, i).filter((each) => each.system === system).length % DASHES.length]);
  return {
    scales: { x: { time: false, distr: 3, log: 2 }, y: { distr: 3, log: 10 } },
    axes: [
      { ...axis, splits: () => [...chart.values], filter: (_, splits) => splits,
        values: (_, splits) => splits.map(String) },
      { ...axis, size: 52, filter: decades, grid: { ...axis.grid, filter: decades },
        values: (_, splits) => splits.map((value) => (value === null ? '' : ms(value))) },
    ],
    series: [
      { label: chart.label.split(',')[0], value: (_, value) => (value === null ? '' : String(value)) },
      ...chart.series.map(({ name, system }, i) => {
        const stroke = colour(`--s${Math.max(0, SYSTEMS.indexOf(system))}`);
        return {
          label: name, stroke, width: system === 'latch' ? 2.5 : 1.75, dash: [...dashes[i]?.[0] ?? []],
          spanGaps: true, points: { show: true, size: 6, fill: stroke },
          /** @param {unknown} _ @param {number | null} value */
          value: (_, value) => ms(value),
        };
      }),
    ],
    legend: { markers: { dash: (_, i) => dashes[i - 1]?.[1] ?? 'solid' } },
  };
}

drawCharts(/** @param {import('./curves.js').Chart} chart */ (chart) =>
  [options(chart), [[...chart.values], ...chart.series.map(({ ms: times }) => [...times])]]);
