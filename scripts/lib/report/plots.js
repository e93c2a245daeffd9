// What the scripts of the reports share, with uPlot before it in the page. page.ts joins it and one of them.

/** A colour of the page's style. @param {string} name */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** What every axis has. */
export function axisStyle() {
  return {
    stroke: colour('--dim'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
}

/**
 * Draws the page's charts, each in the element of its id, and draws them again when the width or the colour scheme
 * changes.
 * @template {{ readonly id: string }} C
 * @param {(chart: C) => [
 *   options: Omit<import('uplot').Options, 'width' | 'height'>, data: import('uplot').AlignedData]} plotOf
 */
export function drawCharts(plotOf) {
  /** @type {C[]} */
  const charts = JSON.parse(document.querySelector('#charts')?.textContent ?? '[]');
  /** @type {typeof import('uplot')} */
  const Plot = /** @type {{ uPlot: typeof import('uplot') }} */ (/** @type {unknown} */ (window)).uPlot;
  /** @type {import('uplot')[]} */
  let drawn = [];
  const draw = () => {
    for (const plot of drawn) plot.destroy();
    drawn = charts.flatMap((chart) => {
      const place = document.getElementById(chart.id);
      if (!place) return [];
      const width = place.clientWidth;
      const height = Math.round(Math.min(320, Math.max(230, width * 0.7)));
      const [options, data] = plotOf(chart);
      return [new Plot({ width, height, cursor: { drag: { x: false, y: false } }, ...options }, data, place)];
    });
  };
  draw();
  let width = window.innerWidth;
  window.addEventListener('resize', () => {
    if (window.innerWidth === width) return; // a phone's address bar changes the height alone
    width = window.innerWidth;
    draw();
  });
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
}
