import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LIBRARY_VERSION } from '../../src/train/tuning-cache.js';

test('measured choices are kept for the version that the package has', () => {
  expect(LIBRARY_VERSION).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
});
