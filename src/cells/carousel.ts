import type { CellKind } from './cell.js';
import { linearCell, refuses } from './minimal.js';

const cell = linearCell('carousel', 2, ['input', 'cell']);

/**
 * A bare constant error carousel: the memory cell of Hochreiter & Schmidhuber (1997), tasks 2a and 2b, with an input
 * gate and no other, g = σ and h = id. Gate and cell input see the layer's input alone:
 *
 *     i = σ(z_i)   g = σ(z_g)   h = h₋₁ + i·g
 *
 * Arithmetic: `shaders/cells/carousel.wgsl` and `src/reference/carousel.ts`.
 */
export const carousel: CellKind = {
  name: 'carousel',
  summary: 'a memory cell that only ever adds, with an input gate alone: what error flows around in for ever',
  source: 'Hochreiter & Schmidhuber 1997',
  equation: 'h = h₋₁ + i·g',
  options: [],
  refuses,
  cell: () => cell,
};
