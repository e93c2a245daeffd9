import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../../scripts/lib/state.mjs';

const run = promisify(execFile);
const size = (limit: number) => run(process.execPath, ['scripts/size.mjs', '--limit', String(limit)], { cwd: root });

test('the library is at most 40 KB, minified and gzipped', async () => {
  const { stdout } = await size(40);
  expect(stdout).toMatch(/^[\d.]+ KB minified, [\d.]+ KB gzipped \(limit 40 KB\)\n$/);
});

test('a library above the limit fails', async () => {
  await expect(size(1)).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('(limit 1 KB)') });
});
