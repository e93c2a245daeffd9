import { describe } from 'vitest';
import { tokenCases } from '../support/cases/tokens.js';
import { testCases } from '../support/kernel-case.js';

describe('embedding, window and sampling agree with their twins', () => testCases(tokenCases));
