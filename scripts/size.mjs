// How large the library is for a page: src/index.ts bundled with all that it loads at once, minified, then gzip at level
// 9; and the float64 reference, which is a chunk of its own that is loaded when it is asked for.
//   npm run size [-- --limit KB]   exits 1 above the limit (40 KB when none is given)
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { join } from 'node:path';
import { leanShaders } from './lib/lean-shaders.mjs';
import { root } from './lib/state.mjs';

/** @returns {Promise<{ minified: number, gzipped: number, later: number }>} bytes */
async function measureSize() {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [leanShaders()],
    build: {
      target: 'es2022',
      write: false,
      minify: true,
      // Vite leaves the whitespace of an ES library alone, so the bundle is built as a page's would be.
      rolldownOptions: {
        input: join(root, 'src/index.ts'), preserveEntrySignatures: 'strict', output: { format: 'es', minify: true },
      },
    },
  });
  const outputs = [result].flat().flatMap((part) => ('output' in part ? part.output : []));
  const chunks = outputs.filter((output) => output.type === 'chunk');
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  /** @type {Set<string>} */
  const first = new Set();
  /** @param {string} name */
  const visit = (name) => {
    if (first.has(name)) return;
    first.add(name);
    byName.get(name)?.imports.forEach(visit);
  };
  chunks.filter((chunk) => chunk.isEntry).forEach((chunk) => visit(chunk.fileName));
  /** @param {typeof chunks} some */
  const code = (some) => Buffer.from(some.map((chunk) => chunk.code).join('\n'));
  /** @param {Buffer} text */
  const zipped = (text) => gzipSync(text, { level: 9 }).length;
  const entry = code(chunks.filter(({ fileName }) => first.has(fileName)));
  return {
    minified: entry.length, gzipped: zipped(entry),
    later: zipped(code(chunks.filter(({ fileName }) => !first.has(fileName)))),
  };
}

const { values } = parseArgs({ options: { limit: { type: 'string', default: '40' } } });
const { minified, gzipped, later } = await measureSize();
const limit = Number(values.limit);
/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
console.log(`${kilobytes(minified)} minified, ${kilobytes(gzipped)} gzipped (limit ${limit} KB); ` +
  `the float64 reference, loaded when it is asked for: ${kilobytes(later)} gzipped`);
if (!(gzipped <= limit * 1024)) process.exitCode = 1;
