/** HTML as text: what every section of the report is written with. */

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character]!);

/** A cell: text, or text with a note beside it. */
export type Cell = string | { readonly text: string; readonly note?: string; readonly mark?: 'best' | 'wrong' };

export interface Table {
  /** The first columns are text and lie left. */
  readonly texts: number;
  readonly header: readonly string[];
  readonly rows: readonly { readonly cells: readonly Cell[]; readonly own?: boolean }[];
}

/** A table that scrolls by itself where the screen is narrow. */
export function table({ texts, header, rows }: Table): string {
  const heads = header.map((title, i) => `<th scope="col"${i < texts ? ' class="text"' : ''}>${escape(title)}</th>`);
  const body = rows.map(({ cells, own }) => `<tr${own ? ' class="own"' : ''}>${
    cells.map((cell, i) => dataCell(cell, i, texts)).join('')}</tr>`);
  return scrolling(heads.join(''), body);
}

/** Heads and rows that are HTML already. */
export const scrolling = (heads: string, rows: readonly string[]): string =>
  `<div class="scroll"><table><thead><tr>${heads}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;

function dataCell(cell: Cell, column: number, texts: number): string {
  const { text, note, mark } = typeof cell === 'string' ? { text: cell } : cell;
  const tag = column === 0 ? 'th scope="row"' : 'td';
  const classes = [column < texts ? 'text' : '', mark ?? ''].filter(Boolean).join(' ');
  const small = note === undefined ? '' : ` <small>${escape(note)}</small>`;
  return `<${tag}${classes ? ` class="${classes}"` : ''}>${escape(text)}${small}</${tag.split(' ')[0]}>`;
}

export const section = (id: string, title: string, ...parts: readonly string[]): string =>
  `<section id="${id}"><h2>${escape(title)}</h2>\n${parts.filter(Boolean).join('\n')}</section>`;

export const paragraph = (text: string): string => `<p>${escape(text)}</p>`;

/** Three figures at most, thousands apart; a dash where there is no value. */
export function figure(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  const decimals = size === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toLocaleString('en', { maximumFractionDigits: Math.min(decimals, 3) });
}

/** 0.4 %, 25 % */
export const percent = (share: number | null): string =>
  (share === null ? '–' : `${(100 * share).toFixed(share >= 0.0995 ? 0 : 1)} %`);

/** 0.48×, 11.4×, 240× */
export const times = (ratio: number | null): string =>
  (ratio === null ? '–' : `${ratio.toFixed(ratio >= 100 ? 0 : ratio >= 10 ? 1 : 2)}×`);
