import type { Cell } from './cell.js';
import { lstmCell } from './lstm.js';

export type { Cell } from './cell.js';

/** Every cell by name. Adding a cell adds a row here. */
export const cells: Readonly<Record<string, Cell>> = { lstm: lstmCell };

/** The cell called `name`. @throws RangeError that lists the known cells. */
export function cellNamed(name: string): Cell {
  const cell = Object.hasOwn(cells, name) ? cells[name] : undefined;
  if (!cell) throw new RangeError(`cell "${name}" is not known: use ${Object.keys(cells).join(', ')}`);
  return cell;
}
