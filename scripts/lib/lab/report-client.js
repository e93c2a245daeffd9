// The script of the report: draws the charts with uPlot, which stands before it in the page, and draws them again when
// the width or the colour scheme changes.

/** @type {import('./charts.js').Chart[]} */
const charts = JSON.parse(document.querySelector('#charts')?.textContent ?? '[]');
/** @type {typeof import('uplot')} */
const Plot = /** @type {{ uPlot: typeof import('uplot') }} */ (/** @type {unknown} */ (window)).uPlot;

const COLOURS = 8;

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** @param {number | null | undefined} value */
const number = (value) => (value === null || value === undefined ? '–' : String(Number(value.toPrecision(3))));

// A logarithmic axis is a plain one of logarithms: uPlot's own does not bear norms that vanish over 30 decades.
/** @param {import('./charts.js').Chart} chart */
const seriesOf = ({ series, log }) => series.map(({ values }) => values.map((value) =>
  (!log || value === null ? value : value > 0 ? Math.log10(value) : null)));

/** @param {import('./charts.js').Chart} chart @param {HTMLElement} place @returns {import('uplot').Options} */
function options(chart, place) {
  const axis = { stroke: colour('--dim'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  const font = '12px system-ui, sans-serif';
  /** What a place on the y axis means. @param {number | null} value */
  const shown = (value) => number(value !== null && chart.log ? 10 ** value : value);
  const few = chart.values.length <= 20;
  return {
    width: place.clientWidth,
    height: Math.round(Math.min(320, Math.max(230, place.clientWidth * 0.7))),
    scales: {
      x: { time: false },
      y: chart.log ? {} : { range: [-0.02, 1.02] },
    },
    axes: [
      { ...axis, font },
      { ...axis, font, size: 60, values: (_, splits) => splits.map(shown) },
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
    cursor: { drag: { x: false, y: false } },
  };
}

/** @type {import('uplot')[]} */
let drawn = [];

function draw() {
  for (const plot of drawn) plot.destroy();
  drawn = charts.flatMap((chart) => {
    const place = document.getElementById(chart.id);
    return place ? [new Plot(options(chart, place), [[...chart.values], ...seriesOf(chart)], place)] : [];
  });
}

draw();
let width = window.innerWidth;
window.addEventListener('resize', () => {
  if (window.innerWidth === width) return; // a phone's address bar changes the height alone
  width = window.innerWidth;
  draw();
});
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);

export {}; // a module, whose names are its own
