// The script of the report: its charts, as plots.js draws them.
import { axisStyle, colour, drawCharts } from '../report/plots.js';

const COLOURS = 8;

/** @param {number | null | undefined} value */
const number = (value) => (value === null || value === undefined ? '–'
  : value !== 0 && Math.abs(value) < 1e-3 ? Number(value.toPrecision(3)).toExponential()
    : String(Number(value.toPrecision(3))));

// A logarithmic axis is a plain one of logarithms: uPlot's own does not bear norms that vanish over 30 decades.
/** @param {import('./charts.js').Chart} chart */
const seriesOf = ({ series, log }) => series.map(({ values }) => values.map((value) =>
  (!log || value === null ? value : value > 0 ? Math.log10(value) : null)));

/** @param {import('./charts.js').Chart} chart @returns {Omit<import('uplot').Options, 'width' | 'height'>} */
function options(chart) {
  const axis = axisStyle();
  /** What a place on the y axis means. @param {number | null} value */
  const shown = (value) => number(value !== null && chart.log ? 10 ** value : value);
  const few = chart.values.length <= 20;
  return {
    scales: {
      x: { time: false },
      y: chart.log ? {} : { range: [-0.02, 1.02] },
    },
    axes: [
      axis,
      { ...axis, size: 60, values: (_, splits) => splits.map(shown) },
    ],
    series: [
      { label: chart.x, value: (_, value) => number(value) },
      ...chart.series.map(({ name }, i) => {
        const stroke = colour(`--s${i % COLOURS}`);
        return {
          label: name, stroke, width: 1.75, dash: i < COLOURS ? [] : [7, 4], spanGaps: true,
          points: { show: few, size: 6, fill: stroke },
          /** @param {unknown} _ @param {number | null} value */
          value: (_, value) => shown(value),
        };
      }),
    ],
  };
}

drawCharts(/** @param {import('./charts.js').Chart} chart */ (chart) =>
  [options(chart), [[...chart.values], ...seriesOf(chart)]]);
