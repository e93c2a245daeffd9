import type { Cell, CellKind } from './cell.js';

/**
 * Clockwork RNN (Koutník et al. 2014, equations 1 to 4): units in `modules` groups of (nearly) equal size, the fastest
 * first. Module g = 1, 2, … moves when t mod 2^(g−1) = 0 and else keeps its value; it hears modules that are as slow as
 * itself or slower:
 *
 *     h = tanh(W·x + R·h₋₁ + b) where the module moves, h₋₁ elsewhere
 *
 * t counts from the start of the sequence, across windows. Unit u of H is in module ⌊u·modules/H⌋ + 1.
 * Arithmetic: `shaders/cells/clockwork.wgsl` and `src/reference/clockwork.ts`.
 */
const clockworkCell = (modules: number): Cell => ({
  file: 'clockwork',
  switches: { MODULES: modules },
  gates: ['hidden'],
  lanes: 1,
  input: [0],
  recurrentBias: [0],
  phases: [{
    products: [{ name: 'weight_hh', source: 0, blocks: [0], modules }], first: 0, lanes: 1, slot: 'previous',
  }],
  states: [{ name: 'hidden', carried: true, direct: true }],
  clock: true,
  outputs: [0],
});

export const clockwork: CellKind = {
  name: 'clockwork',
  summary: 'modules that move at periods 1, 2, 4, 8, …',
  source: 'Koutník et al. 2014',
  equation: 'h = tanh z where t mod 2^(g−1) = 0, else h₋₁',
  options: ['modules'],
  cell: ({ modules = 4 }, { units }) => clockworkCell(Math.min(modules, units)),
};
