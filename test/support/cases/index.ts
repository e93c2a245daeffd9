// Every variant that a kernel test runs: the lint validates them all, so that none is forgotten.
import type { KernelCase } from '../kernel-case.js';
import { matmulCases } from './matmul.js';
import { moveCases } from './moves.js';
import { recurrenceCases } from './recurrence.js';
import { initialCases } from './recurrence-initial.js';
import { reductionCases } from './reductions.js';
import { tokenCases } from './tokens.js';
import { trainingCases } from './training.js';

export const allCases: readonly KernelCase[] = [
  ...matmulCases, ...recurrenceCases, ...initialCases, ...tokenCases, ...reductionCases, ...trainingCases, ...moveCases,
];
