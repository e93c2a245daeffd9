import { distance } from '../kernels/figures.js';
import type { Breakdown, KernelReport } from '../report-types.js';
import { escape, figure, paragraph, percent, scrolling, section, table } from '../../scripts/lib/report/html.js';

/** Labels that have a colour of their own in a step's bar; what is left is grey. */
const COLOURS = 8;

/** A training step as one bar, and its rows. */
function breakdown({ size, driver, from, rows }: Breakdown): string {
  const whole = rows.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const parts = rows.slice(0, COLOURS);
  const rest = whole - parts.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const part = (label: string, microseconds: number, colour: string): string =>
    `<i class="${colour}" style="flex-grow:${(microseconds / whole).toFixed(5)}" title="${escape(label)}: ${
      figure(microseconds / 1e3)} ms"></i>`;
  const item = (label: string, dispatches: number, microseconds: number, colour: string): string =>
    `<tr><th scope="row" class="text"><i class="${colour}"></i>${escape(label)}</th><td>${
      figure(dispatches, 5)}</td><td>${figure(microseconds / 1e3)}</td><td>${percent(microseconds / whole)}</td></tr>`;
  return `<h3>A training step of ${escape(size)}, driver ${escape(driver)}: ${figure(whole / 1e3)} ms</h3>
${from === 'alone' ? paragraph('Of kernels measured alone: this adapter has no timestamps.') : ''}
<div class="stack" role="img" aria-label="Shares of the step">${parts.map(({ label, microseconds }, i) =>
    part(label, microseconds, `c${i}`)).join('')}${rest > 0 ? part('the rest', rest, 'rest') : ''}</div>
${scrolling(
    '<th scope="col" class="text">dispatch</th>' +
    ['count', 'ms', 'share'].map((title) => `<th scope="col">${title}</th>`).join(''),
    rows.map((row, i) => item(row.label, row.dispatches, row.microseconds, i < COLOURS ? `c${i}` : 'rest')))}`;
}

/** Training steps by dispatch, then every kernel against its floor. */
export function kernelSection(report: KernelReport, where: string): string {
  const { runtime, version, ceiling, bandwidth, emptyMicroseconds, kernels, breakdowns } = report;
  return section(`kernels-${runtime}`, `Kernels${where}`,
    ...breakdowns.map(breakdown),
    '<h3>Each kernel alone, against its floor</h3>',
    paragraph(`A floor is bytes over the bandwidth of a copy, ${figure(bandwidth)} GB/s, or operations over the best ` +
      `matmul, ${figure(ceiling.gflops)} GFLOP/s (${ceiling.form}), whichever is longer. A dispatch that does ` +
      `nothing takes ${figure(emptyMicroseconds)} µs, measured likewise. ${version}.`),
    table({
      texts: 3,
      header: ['kernel', 'as', 'size', 'µs', 'floor, µs', '× floor', 'bound by', 'dispatches', 'of the step'],
      rows: [...kernels].sort((a, b) => distance(b) - distance(a)).map((each) => ({
        cells: [
          each.kernel, each.label, each.size, figure(each.microseconds), figure(each.floorMicroseconds),
          figure(distance(each)), each.bound, each.dispatches === 0 ? '–' : String(each.dispatches),
          each.dispatches === 0 ? '–' : percent(each.share),
        ],
      })),
    }));
}
