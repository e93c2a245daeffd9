import { launchBrowser } from '../scripts/lib/launch.mjs';
import { type PageServer, servePage } from '../scripts/lib/serve.js';

/** Headless Chrome; a software adapter that multiplies for a minute is no hung GPU. */
export function launchChrome(chrome?: string) {
  return launchBrowser({ ...(chrome === undefined ? {} : { chrome }), flags: ['--disable-gpu-watchdog'] });
}

/** Serves bench/pages, isolated across origins: finer clocks, and threads for the peers' WebAssembly. */
export function servePages(): Promise<PageServer> {
  return servePage('bench/pages/index.html', {
    cacheDir: 'node_modules/.vite-bench',
    server: {
      headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    },
    optimizeDeps: {
      include: [
        '@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu', '@tensorflow/tfjs-backend-wasm', '@jax-js/jax',
        'wgsl-preprocessor/wgsl-preprocessor.js',
      ],
    },
  });
}
