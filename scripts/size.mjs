// What the library costs a page, minified and gzipped at level 9: what the README's first program loads at once, and
// all that there is. Cells beyond the LSTM, checkpoints and the float64 reference are loaded when they are first asked
// for.
//   npm run size [-- --limit KB]   exits 1 where the program loads more than the limit (43 KB when none is given)
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { leanShaders } from './lib/lean-shaders.mjs';
import { root } from './lib/state.mjs';

/**
 * Bundles `source`, which imports `latch`, as a page's would be.
 * @param {string} source
 * @returns {Promise<{ first: number, all: number }>} bytes gzipped: loaded at once, and with what may come later
 */
async function measure(source) {
  const entry = 'virtual:page';
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [leanShaders(), {
      name: 'page',
      enforce: 'pre',
      resolveId: (id) => (id.endsWith(entry) ? entry : id === 'latch' ? join(root, 'src/index.ts') : null),
      load: (id) => (id === entry ? source : null),
    }],
    build: {
      target: 'es2022', write: false, minify: true, lib: { entry, formats: ['es'], fileName: 'page' },
      rolldownOptions: { output: { minify: true } }, // Vite leaves the whitespace of an ES library alone
    },
  });
  const outputs = [result].flat().flatMap((part) => ('output' in part ? part.output : []));
  const chunks = outputs.filter((output) => output.type === 'chunk');
  /** @type {Set<string>} */
  const first = new Set();
  /** @param {string} name */
  const visit = (name) => {
    if (first.has(name)) return;
    first.add(name);
    chunks.find(({ fileName }) => fileName === name)?.imports.forEach(visit);
  };
  chunks.filter(({ isEntry }) => isEntry).forEach(({ fileName }) => visit(fileName));
  /** @param {typeof chunks} some */
  const gzipped = (some) => some.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
  return { first: gzipped(chunks.filter(({ fileName }) => first.has(fileName))), all: gzipped(chunks) };
}

const { values } = parseArgs({ options: { limit: { type: 'string', default: '43' } } });
const readme = await readFile(join(root, 'README.md'), 'utf8');
const program = /```js\n(.*?)```/s.exec(readme)?.[1];
if (!program) throw new Error('README.md has no program: it begins with ```js');
const page = await measure(program);
const whole = await measure('import * as latch from \'latch\'; globalThis.latch = latch;');
const limit = Number(values.limit);
/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
console.log(`${kilobytes(page.first)} gzipped for the README's program (limit ${limit} KB), ` +
  `${kilobytes(whole.all)} for all that there is`);
if (!(page.first <= limit * 1024)) process.exitCode = 1;
