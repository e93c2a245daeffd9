import { type CellKind, cells } from '../src/index.js';

const DEFAULT = 'lstm';

/** The menu's groups in order, by the first word of the cells' names. */
const GROUPS: Readonly<Record<string, string>> = {
  lstm: 'LSTM', gru: 'GRU', rnn: 'Simple', min: 'Parallel over time', other: 'Across layers and periods',
  greff: 'LSTM: a search space odyssey',
};

function groupOf({ name, source }: CellKind): string {
  const family = source.startsWith('Greff') ? 'greff' : name.split('-')[0]!;
  return GROUPS[family] ?? GROUPS['other']!;
}

/** Every cell of the library, in groups. */
export function fillCellMenu(menu: HTMLSelectElement): void {
  menu.replaceChildren(...Object.values(GROUPS).map((label) => {
    const group = document.createElement('optgroup');
    group.label = label;
    const kinds = Object.values(cells).filter((kind) => groupOf(kind) === label);
    group.append(...kinds.map(({ name, summary }) => {
      const option = new Option(name, name, name === DEFAULT, name === DEFAULT);
      option.title = summary;
      return option;
    }));
    return group;
  }));
}

/** What stands under the menu: what the cell is, its equation, and where it comes from. */
export function showCell(name: string, facts: HTMLElement): void {
  const kind = cells[name];
  if (!kind) return;
  const equation = document.createElement('span');
  equation.className = 'equation';
  equation.textContent = kind.equation;
  const summary = kind.summary.charAt(0).toUpperCase() + kind.summary.slice(1);
  facts.replaceChildren(`${summary}. `, equation, ` ${kind.source}.`);
}
