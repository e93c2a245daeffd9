import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../../scripts/lib/launch.mjs';
import { dawnEnvironment, root } from '../../scripts/lib/state.mjs';

// Enough words to learn from, few enough to be quick.
const BOOK =
  'the whale swam past the ship and the ship sailed after the whale until the night came over the sea. '.repeat(80);

const run = promisify(execFile);

let folder: string;
let programs: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latch-readme-'));
  await build({ root, logLevel: 'error', build: { outDir: join(folder, 'node_modules/latch/dist') } });
  await cp(join(root, 'package.json'), join(folder, 'node_modules/latch/package.json'));
  await symlink(join(root, 'node_modules/webgpu'), join(folder, 'node_modules/webgpu'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'book.txt'), BOOK);
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  programs = [...readme.matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the program printed says that it learned. */
function expectLearning(lines: readonly string[]): void {
  const losses = lines.flatMap((line) => /^(\d+) ([\d.]+)$/.exec(line)?.[2] ?? []).map(Number);
  expect(losses).toHaveLength(5);
  expect(losses[4]).toBeLessThan(losses[0] - 0.5);
  expect(lines.find((line) => line.startsWith('held out'))).toMatch(/held out.*\d/);
  expect(lines.at(-1)).toHaveLength(100);
}

/** What the program on sequences printed: an error that falls. */
function expectFalling(lines: readonly string[]): void {
  const errors = lines.flatMap((line) => /^\d+ ([\d.e-]+)$/.exec(line)?.[1] ?? []).map(Number);
  expect(errors).toHaveLength(5);
  expect(errors[4]).toBeLessThan(errors[0] / 2);
}

test('the README has its program, the two lines for Node, and the program on sequences', () => {
  expect(programs).toHaveLength(3);
  const lengths = programs.map((program) => program.trim().split('\n').filter((line) => line !== '').length);
  expect(lengths[0]).toBeLessThanOrEqual(15);
  expect(lengths[2]).toBeLessThanOrEqual(20);
});

test('the README\'s programs type-check, strictly, against the declarations that are published', async () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const dist = join(folder, 'node_modules/latch/dist');
  await run(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', dist], { cwd: root });
  const check = async (program: string): Promise<void> => {
    await writeFile(join(folder, 'program.ts'), program);
    for (const [module, resolution] of [['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
      await run(process.execPath, [
        tsc, '--ignoreConfig', '--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2023,dom', '--types', '',
        '--module', module, '--moduleResolution', resolution, 'program.ts',
      ], { cwd: folder });
    }
  };
  await check(programs[0]);
  await check(programs[2]);
  // The declarations say something: a wrong option is an error.
  await expect(check(programs[0].replace('rate: 5e-3', 'rats: 5e-3'))).rejects.toMatchObject({
    stdout: expect.stringContaining("'rats' does not exist"),
  });
  await expect(check(programs[2].replace('timeSteps: T', 'times: T'))).rejects.toMatchObject({
    stdout: expect.stringContaining("'times' does not exist"),
  });
});

test.each([
  ['program', 0, expectLearning], ['program on sequences', 2, expectFalling],
])('the README\'s %s runs in Node on Dawn', async (_, index, expectOutput) => {
  const [importLine, deviceLine] = programs[1].trim().split('\n');
  const inNode = `${importLine}\n${programs[index]}`
    .replace('const device = await openDevice();', deviceLine)
    .replace("await (await fetch('book.txt')).text()", "(await import('node:fs')).readFileSync('book.txt', 'utf8')") +
    '\nprocess.exit(0);\n';
  expect(inNode).toContain('create([])');
  await writeFile(join(folder, 'program.mjs'), inNode);
  const { stdout } = await run(process.execPath, ['program.mjs'], {
    cwd: folder, env: { ...process.env, ...dawnEnvironment() },
  });
  expectOutput(stdout.replace(/\n$/, '').split('\n'));
});

test.each([
  ['program', 0, expectLearning], ['program on sequences', 2, expectFalling],
])('the README\'s %s runs in Chrome, as it stands', async (_, index, expectOutput) => {
  await mkdir(join(folder, 'page'), { recursive: true });
  const page = '<!doctype html>' +
    '<script type="importmap">{"imports":{"latch":"/node_modules/latch/dist/latch.js"}}</script>' +
    `<script type="module">${programs[index]}\nconsole.log = undefined; document.title = 'done';</script>`;
  const server = await serve({ '/': page });
  const browser = await launchBrowser();
  try {
    const tab = await browser.newPage();
    const lines: string[] = [];
    const failure = new Promise<never>((_, reject) => tab.on('pageerror', reject));
    tab.on('console', (message) => lines.push(message.text()));
    await tab.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    await Promise.race([tab.waitForFunction('document.title === "done"', { timeout: 120_000 }), failure]);
    expectOutput(lines);
  } finally {
    await browser.close();
    server.close();
  }
});

/** Serves `pages`, and the folder's files. */
async function serve(pages: Record<string, string>): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const types: Record<string, string> = { js: 'text/javascript', txt: 'text/plain' };
    response.setHeader('content-type', types[path.split('.').at(-1)!] ?? 'text/html');
    if (path in pages) response.end(pages[path]);
    else {
      readFile(join(folder, path)).then((data) => response.end(data), () => {
        response.statusCode = 404;
        response.end();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return server;
}
