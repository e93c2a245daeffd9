import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../../scripts/lib/state.mjs';

const run = promisify(execFile);
const size = (limit: number) => run(process.execPath, ['scripts/size.mjs', '--limit', String(limit)], { cwd: root });

// 36 KB held one cell and its reference; the drivers that carry any cell, and the cells as data, are the rest.
test('a page that trains an LSTM loads at most 43 KB, minified and gzipped', async () => {
  const { stdout } = await size(43);
  expect(stdout)
    .toMatch(/^[\d.]+ KB gzipped for the README's program \(limit 43 KB\), [\d.]+ KB for all that there is\n$/);
});

test('a page above the limit fails', async () => {
  await expect(size(1)).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('(limit 1 KB)') });
});
