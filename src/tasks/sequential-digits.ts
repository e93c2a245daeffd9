import { digitsFigure, digitsLength, digitsProblem, digitsSetup } from './digits.js';
import type { Task } from './task.js';

/** Handwritten digits, pixel by pixel from the top left, row by row. */
export const sequentialDigits: Task = {
  name: 'sequential-digits',
  title: 'Handwritten digits, pixel by pixel',
  source: 'Le, Jaitly & Hinton 2015, section 4.2',
  options: { length: digitsLength },
  needs: 'digits',
  problem: ({ length }, examples) => digitsProblem(length, examples),
  setup: digitsSetup,
  paper: ({ length }) => digitsFigure(length, '97 %', '98.2 %'),
};
