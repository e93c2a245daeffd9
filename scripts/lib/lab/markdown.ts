import { heatMapOf } from './charts.js';
import { type Report, type ReportSection, TABLE_HEADER, tableLine, tally, TEXTS } from './report.js';
import { bar, share } from './summary.js';
import { duration } from '../progress.js';

/** The report as Markdown; plots are rows of characters. */
export function markdownReport(report: Report): string {
  const { adapter, date, command, full, seconds, sections } = report;
  const claims = sections.flatMap(({ title, claims: some }) => some.map((claim) => ({ title, ...claim })));
  return `${[
    '# The long-term dependency lab: the papers\' experiments, rerun',
    `Adapter: ${text(adapter || 'none')}. Date: ${date}. Command: \`${command}\` ` +
      `(${full ? 'the papers\' own sizes' : 'small sizes'}). Training took ${duration(seconds)}.`,
    tally(report),
    '## What must come out',
    table(['section', 'claim', 'ours', 'verdict'], [0, 1, 2, 3],
      claims.map(({ title, text: claim, ours, verdict }) => [title, claim, ours, strong(verdict)])),
    ...sections.map(sectionText),
  ].join('\n\n')}\n`;
}

function sectionText(section: ReportSection): string {
  const map = heatMapOf(section);
  const lines = section.entries.map((entry) => tableLine(entry).map((cell) => strong(cell)));
  return [
    `## ${section.title}`,
    text(section.about),
    ...(map ? [table([`${map.y} \\ ${map.x}`, ...map.columns.map(String)], [0], map.rows.map((row, i) =>
      [String(row), ...map.shares[i]!.map((share) => (share === null ? '–' : share.toFixed(2)))]))] : []),
    ...(section.plots.includes('success') ? [successBars(section)] : []),
    table([...TABLE_HEADER], TEXTS, lines),
  ].join('\n\n');
}

function successBars({ entries }: ReportSection): string {
  const width = Math.max(...entries.map(({ name }) => name.length));
  const lines = entries.map(({ name, row }) =>
    `${name.padEnd(width)}  ${row ? `${bar(share(row))} ${row.success}/${row.trials}` : 'not run'}`);
  return ['```text', ...lines, '```'].join('\n');
}

/** A miss is seen. */
const strong = (cell: string): string => (cell.startsWith('MISSED') ? `**${cell}**` : cell);

/** Signs that mean something in Markdown, as themselves. */
const text = (words: string): string => words.replace(/[\\`*_<>|]/g, '\\$&');

function table(header: readonly string[], left: readonly number[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = line(header.map((_, i) => (left.includes(i) ? ':--' : '--:')));
  return [line(header), rule, ...rows.map(line)].join('\n');
}
