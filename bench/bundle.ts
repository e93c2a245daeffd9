import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { leanShaders } from '../scripts/lib/lean-shaders.mjs';
import { root } from '../scripts/lib/state.mjs';

/**
 * Pages that train the problem, one for each system and backend: what such a page imports, with what it would load
 * later all the same, and files that no bundler sees.
 */
const PAGES: Readonly<Record<string, { imports: readonly string[]; files?: readonly string[] }>> = {
  'latch webgpu': { imports: ['/bench/systems/latch.ts'] },
  'reference cpu': { imports: ['/bench/systems/reference.ts', '/src/reference/engine.ts'] },
  'float32 cpu': { imports: ['/bench/systems/float32.ts'] },
  'tfjs webgpu': { imports: ['/bench/systems/tfjs.ts', '@tensorflow/tfjs-backend-webgpu'] },
  'tfjs wasm': {
    imports: ['/bench/systems/tfjs.ts', '@tensorflow/tfjs-backend-wasm'],
    files: ['node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm'],
  },
  'tfjs webgl': { imports: ['/bench/systems/tfjs.ts'] },
  'tfjs cpu': { imports: ['/bench/systems/tfjs.ts'] },
  'jax webgpu': { imports: ['/bench/systems/jax.ts'] },
  'jax wasm': { imports: ['/bench/systems/jax.ts'] },
};

const gzipped = (data: string | Uint8Array): number => gzipSync(data, { level: 9 }).length;

const known = new Map<string, Promise<number | null>>();

/**
 * Bytes, minified and gzipped, that a page loads at once to train with a system; null for one that is no page's.
 * @param backend `webgpu`, `wasm`, …
 */
export function bundleBytes(system: string, backend: string): Promise<number | null> {
  const key = `${system} ${backend}`;
  const page = PAGES[key];
  if (!page) return Promise.resolve(null);
  let bytes = known.get(key);
  if (!bytes) known.set(key, bytes = measure(page.imports, page.files ?? []));
  return bytes;
}

async function measure(imports: readonly string[], files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => gzipped(await readFile(join(root, file)))));
  return sizes.reduce((sum, size) => sum + size, await codeBytes(imports));
}

async function codeBytes(imports: readonly string[]): Promise<number> {
  const entry = 'virtual:page';
  // Named exports are used, or the bundler would drop all that has no effect of its own.
  const source = imports.map((from, i) => `import * as part${i} from ${JSON.stringify(from)};`).join('\n') +
    `\nglobalThis.page = [${imports.filter((from) => from.startsWith('/')).map((_, i) => `part${i}`).join(', ')}];`;
  const built = await build({
    root,
    configFile: false,
    logLevel: 'silent', // eval and the like in the peers are no concern of ours
    plugins: [leanShaders(), {
      name: 'page',
      enforce: 'pre',
      resolveId: (id) => (id.endsWith(entry) ? entry : /^\/(bench|src)\//.test(id) ? join(root, id) : null),
      load: (id) => (id === entry ? source : null),
    }],
    build: {
      target: 'es2022', write: false, minify: true, lib: { entry, formats: ['es'], fileName: 'page' },
      rolldownOptions: { output: { minify: true } }, // Vite leaves the whitespace of an ES library alone
    },
  });
  const outputs = [built].flat().flatMap((part) => ('output' in part ? part.output : []));
  return firstChunks(outputs.filter((output) => output.type === 'chunk'))
    .reduce((sum, { code }) => sum + gzipped(code), 0);
}

/** The entry and what it imports, not what it may import later. */
function firstChunks(chunks: readonly Rolldown.OutputChunk[]): Rolldown.OutputChunk[] {
  const first = new Set<Rolldown.OutputChunk>();
  const visit = (chunk: Rolldown.OutputChunk | undefined): void => {
    if (!chunk || first.has(chunk)) return;
    first.add(chunk);
    chunk.imports.forEach((name) => visit(chunks.find(({ fileName }) => fileName === name)));
  };
  chunks.filter(({ isEntry }) => isEntry).forEach(visit);
  return [...first];
}
