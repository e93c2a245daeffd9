import { expect, test } from 'vitest';
import { sameInstall } from '../../scripts/lib/install.mjs';

const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/vite': { version: '8.3.8' },
    'node_modules/fsevents': { version: '2.3.3', optional: true },
  },
};

test('packages are installed when npm recorded every version the lock file asks for', () => {
  expect(sameInstall(wanted, { packages: { 'node_modules/vite': { version: '8.3.8' } } })).toBe(true);
});

test('a missing folder, a missing package and another version ask for npm ci', () => {
  expect(sameInstall(wanted, undefined)).toBe(false);
  expect(sameInstall(wanted, { packages: {} })).toBe(false);
  expect(sameInstall(wanted, { packages: { 'node_modules/vite': { version: '8.3.7' } } })).toBe(false);
});
