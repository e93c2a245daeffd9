import { duration } from '../progress.js';
import { escape, paragraph, section, table } from '../report/html.js';
import { reportPage } from '../report/page.js';
import { type Chart, chartsOf, type HeatMap, heatMapOf } from './charts.js';
import { type Report, type ReportSection, TABLE_HEADER, tableLine, tally, TEXTS } from './report.js';

/** The report as a page. */
export function htmlReport(report: Report): string {
  const { adapter, date, command, full, seconds, sections } = report;
  return reportPage({
    title: `Latch, the long-term dependency lab, ${adapter}, ${date}`,
    header: `<h1>The long-term dependency lab</h1>
<p class="lead">The papers' experiments, rerun on ${escape(adapter || 'no adapter')}, ${escape(date)}.
${escape(tally(report))}</p>
<p>${full ? 'The papers\' own sizes.' : 'Small sizes, for two cores without a GPU.'} Training took
${escape(duration(seconds))}. To run it again: <code>${escape(command)}</code></p>
<nav>${sections.map(({ id, title }) => `<a href="#${id}">${escape(title)}</a>`).join('\n')}</nav>`,
    body: [claims(report), ...sections.map(sectionHtml)], charts: sections.flatMap(chartsOf),
    script: 'scripts/lib/lab/report-client.js', styles: ['scripts/lib/lab/report.css'],
  });
}

function claims({ sections }: Report): string {
  const rows = sections.flatMap(({ title, claims: some }) => some.map(({ text, ours, verdict }) => ({
    cells: [title, text, ours, marked(verdict)],
  })));
  return section('claims', 'What must come out',
    table({ texts: 4, header: ['section', 'claim', 'ours', 'verdict'], rows }));
}

function sectionHtml(part: ReportSection): string {
  const figures = chartsOf(part).map(({ id, title, x, y }: Chart) =>
    `<figure><figcaption>${escape(title)} <small>${escape(`${y}; ${x}`)}</small></figcaption>
<div class="chart" id="${id}"></div></figure>`);
  const map = heatMapOf(part);
  // Columns of text first, as the table's styles have it.
  const order = [...TEXTS, ...TABLE_HEADER.map((_, i) => i).filter((i) => !TEXTS.includes(i))];
  const rows = part.entries.map((entry) => {
    const line = tableLine(entry);
    return { cells: order.map((i) => marked(line[i]!)) };
  });
  return section(part.id, part.title, paragraph(part.about), map ? heatMap(map) : '',
    figures.length > 0 ? `<div class="charts">${figures.join('\n')}</div>` : '',
    folded(table({ texts: TEXTS.length, header: order.map((i) => TABLE_HEADER[i]!), rows }), rows.length, map));
}

/** A map says what its many rows say. */
const folded = (rows: string, count: number, map: HeatMap | undefined): string =>
  (map ? `<details><summary>All ${count} experiments</summary>${rows}</details>` : rows);

/** A miss is seen. */
const marked = (text: string): { text: string; mark?: 'best' | 'wrong' } =>
  (text.startsWith('MISSED') || text === 'failed' ? { text, mark: 'wrong' }
    : text.startsWith('within') || text === 'holds' ? { text, mark: 'best' } : { text });

const SIDE = 44;
const LEFT = 56;
const BOTTOM = 40;

/** Squares, the fuller the more trials succeeded. */
function heatMap({ title, x, y, columns, rows, shares }: HeatMap): string {
  const [width, height] = [columns.length * SIDE, rows.length * SIDE];
  const squares = shares.flatMap((line, i) => line.map((share, j) => {
    const at = `x="${LEFT + j * SIDE}" y="${i * SIDE}" width="${SIDE - 2}" height="${SIDE - 2}"`;
    const value = share === null ? '–' : share.toFixed(2);
    const fill = share === null ? 'class="none"' : `style="fill-opacity:${(0.06 + 0.94 * share).toFixed(3)}"`;
    const middle = `x="${LEFT + (j + 0.5) * SIDE - 1}" y="${(i + 0.5) * SIDE + 3}"`;
    return `<rect ${at} ${fill}/><text ${middle}${share !== null && share > 0.55 ? ' class="on"' : ''}>${value}</text>`;
  }));
  const labels = [
    ...columns.map((value, j) =>
      `<text class="axis" x="${LEFT + (j + 0.5) * SIDE - 1}" y="${height + 15}">${value}</text>`),
    ...rows.map((value, i) => `<text class="axis row" x="${LEFT - 8}" y="${(i + 0.5) * SIDE + 3}">${value}</text>`),
    `<text class="axis" x="${LEFT + width / 2}" y="${height + 34}">${escape(x)}</text>`,
    `<text class="axis" x="12" y="${height / 2}" transform="rotate(-90 12 ${height / 2})">${escape(y)}</text>`,
  ];
  const box = `viewBox="0 0 ${LEFT + width} ${height + BOTTOM}" width="${LEFT + width}"`;
  const inside = [...squares, ...labels].join('\n');
  return `<svg class="heat" role="img" aria-label="${escape(title)}" ${box}>${inside}</svg>`;
}
