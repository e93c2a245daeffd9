import { describe } from 'vitest';
import { matmulCases } from '../support/cases/matmul.js';
import { testCases } from '../support/kernel-case.js';

describe('matmul agrees with its float64 twin', () => testCases(matmulCases));
