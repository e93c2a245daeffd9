import { createServer, type ViteDevServer } from 'vite';
import { launchBrowser } from '../scripts/lib/launch.mjs';
import { root } from '../scripts/lib/state.mjs';

/** Headless Chrome; a software adapter that multiplies for a minute is no hung GPU. */
export function launchChrome(chrome?: string) {
  return launchBrowser({ ...(chrome === undefined ? {} : { chrome }), flags: ['--disable-gpu-watchdog'] });
}

/** Serves bench/pages, isolated across origins: finer clocks, and threads for the peers' WebAssembly. */
export async function servePages(): Promise<{ url: string; server: ViteDevServer }> {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    cacheDir: 'node_modules/.vite-bench',
    appType: 'mpa',
    server: {
      host: '127.0.0.1',
      port: 5390,
      hmr: false,
      watch: null,
      headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    },
    optimizeDeps: {
      noDiscovery: true, // a dependency found late would reload the page in the middle of a run
      include: [
        '@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu', '@tensorflow/tfjs-backend-wasm', '@jax-js/jax',
        'wgsl-preprocessor/wgsl-preprocessor.js',
      ],
    },
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('The page server has no address.');
  return { url: `${url}bench/pages/index.html`, server };
}
