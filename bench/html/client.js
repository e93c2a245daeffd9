// The script of the report: draws the curves with uPlot, which stands before it in the page, and draws them again when
// the width or the colour scheme changes.

/** @type {import('./curves.js').Chart[]} */
const charts = JSON.parse(document.querySelector('#charts')?.textContent ?? '[]');
/** @type {typeof import('uplot')} */
const Plot = /** @type {{ uPlot: typeof import('uplot') }} */ (/** @type {unknown} */ (window)).uPlot;

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** One colour a system, and dashes for its second and third backend or driver. */
const SYSTEMS = ['latch', 'reference', 'float32', 'tfjs', 'jax', 'torch'];
const DASHES = /** @type {const} */ ([[[], 'solid'], [[7, 4], 'dashed'], [[2, 3], 'dotted'], [[10, 4], 'double']]);

/** @param {number | null} value */
const ms = (value) => (value === null || value === undefined ? '–'
  : value.toLocaleString('en', { maximumSignificantDigits: 3, maximumFractionDigits: 3 }));

/** @param {import('./curves.js').Chart} chart @param {HTMLElement} place @returns {import('uplot').Options} */
function options(chart, place) {
  const axis = { stroke: colour('--dim'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  const font = '12px system-ui, sans-serif';
  /** Whole powers of ten alone. @type {import('uplot').Axis.Filter} */
  const decades = (_, splits) => splits.map((value) => (Math.log10(value) % 1 === 0 ? value : null));
  const dashes = chart.series.map(({ system }, i) =>
    DASHES[chart.series.slice(0, i).filter((each) => each.system === system).length % DASHES.length]);
  return {
    width: place.clientWidth,
    height: Math.round(Math.min(320, Math.max(230, place.clientWidth * 0.7))),
    scales: { x: { time: false, distr: 3, log: 2 }, y: { distr: 3, log: 10 } },
    axes: [
      { ...axis, font, splits: () => [...chart.values], filter: (_, splits) => splits,
        values: (_, splits) => splits.map(String) },
      { ...axis, font, size: 52, filter: decades, grid: { ...axis.grid, filter: decades },
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
    cursor: { drag: { x: false, y: false } },
  };
}

/** @type {import('uplot')[]} */
let drawn = [];

function draw() {
  for (const plot of drawn) plot.destroy();
  drawn = charts.flatMap((chart) => {
    const place = document.getElementById(chart.id);
    if (!place) return [];
    return [new Plot(options(chart, place), [[...chart.values], ...chart.series.map((each) => [...each.ms])], place)];
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
