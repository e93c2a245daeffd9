// The page: `npm run playground` serves it; `npx vite build playground` writes it to dist/playground, for any static
// host that speaks https.
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { loadMobyDick } from '../scripts/lib/corpus.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Moby-Dick beside the page, as corpus.txt; it is never copied into the repository. */
function corpus(): Plugin {
  return {
    name: 'latch-corpus',
    configureServer(server) {
      server.middlewares.use('/corpus.txt', (_request, response, next) => {
        loadMobyDick().then((text) => {
          response.setHeader('Content-Type', 'text/plain; charset=utf-8');
          response.end(text);
        }, next);
      });
    },
    async generateBundle() {
      if (this.environment.config.build.ssr) return;
      this.emitFile({ type: 'asset', fileName: 'corpus.txt', source: await loadMobyDick() });
    },
  };
}

// oxlint-disable-next-line import/no-default-export -- how Vite reads its configuration
export default defineConfig({
  root: here('.'),
  base: './',
  cacheDir: here('../node_modules/.vite-playground'),
  plugins: [corpus()],
  server: { fs: { allow: [here('..')] } },
  // Named, because a dependency found late would reload the page in the middle of a run.
  optimizeDeps: { include: ['uplot', 'wgsl-preprocessor/wgsl-preprocessor.js'] },
  worker: { format: 'es' },
  build: { target: 'es2022', outDir: here('../dist/playground'), emptyOutDir: true },
});
