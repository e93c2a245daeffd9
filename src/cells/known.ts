import type { CellKind } from './cell.js';

const known = new Map<string, CellKind>();

/**
 * Makes a cell known by the name that descriptions hold. Whoever describes a layer does, so that a page has the cells
 * that it names and not the catalogue.
 */
export function makeKnown(kind: CellKind): CellKind {
  known.set(kind.name, kind);
  return kind;
}

/** The cell of a description. @throws RangeError where no layer of it was made. */
export function knownCell(name: string): CellKind {
  const kind = known.get(name);
  if (!kind) {
    throw new RangeError(`no layer of cell "${name}" was made: a description that comes from elsewhere goes through ` +
      `recurrent("${name}", units, options) first`);
  }
  return kind;
}
