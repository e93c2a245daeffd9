import { carousel } from './carousel.js';
import type { CellKind } from './cell.js';
import { clockwork } from './clockwork.js';
import { depthGated } from './depth-gated.js';
import { grid } from './grid.js';
import { gru, gruBefore } from './gru.js';
import { lstm, lstmNoPeepholes } from './lstm.js';
import { lstm1997 } from './lstm-1997.js';
import { lstmNormed } from './lstm-normed.js';
import { odyssey } from './lstm-odyssey.js';
import { lstmProjected } from './lstm-projected.js';
import { minGru, minLstm } from './minimal.js';
import { rnn, rnnIdentity, rnnRelu, rnnSigmoid } from './rnn.js';

export {
  type Cell, type CellKind, type CellOptions, type CellState, type Lanes, type OwnParameters, PEEPHOLE_GATES,
  type PeepholeGate, type Phase, type RecurrentProduct,
} from './cell.js';

const kinds: readonly CellKind[] = [
  rnn, rnnRelu, rnnSigmoid, rnnIdentity, lstm, ...odyssey, lstmNoPeepholes, lstm1997, carousel, lstmProjected,
  lstmNormed, depthGated, grid, gru, gruBefore, clockwork, minGru, minLstm,
];

/** Every cell by name. Adding a cell adds a row above. */
export const cells: Readonly<Record<string, CellKind>> = Object.fromEntries(kinds.map((kind) => [kind.name, kind]));

/** The cell called `name`. @throws RangeError that lists the known cells. */
export function cellNamed(name: string): CellKind {
  const kind = Object.hasOwn(cells, name) ? cells[name] : undefined;
  if (!kind) throw new RangeError(`cell "${name}" is not known: use ${Object.keys(cells).join(', ')}`);
  return kind;
}
