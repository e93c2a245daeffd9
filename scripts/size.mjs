// How large the library is for a page: src/index.ts bundled with all it needs, minified, then gzip at level 9.
//   npm run size [-- --limit KB]   exits 1 above the limit (40 KB when none is given)
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { join } from 'node:path';
import { leanShaders } from './lib/lean-shaders.mjs';
import { root } from './lib/state.mjs';

/** @returns {Promise<{ minified: number, gzipped: number }>} bytes */
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
  const code = Buffer.from(outputs.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('\n'));
  return { minified: code.length, gzipped: gzipSync(code, { level: 9 }).length };
}

const { values } = parseArgs({ options: { limit: { type: 'string', default: '40' } } });
const { minified, gzipped } = await measureSize();
const limit = Number(values.limit);
/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
console.log(`${kilobytes(minified)} minified, ${kilobytes(gzipped)} gzipped (limit ${limit} KB)`);
if (!(gzipped <= limit * 1024)) process.exitCode = 1;
