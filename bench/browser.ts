import type { Browser, Page } from 'puppeteer';
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

/** A page whose uncaught errors and WebGPU complaints are kept: a peer may train on garbage and only log it. */
export async function openPage(browser: Browser, url: string, onError: (text: string) => void): Promise<Page> {
  const page = await browser.newPage();
  page.on('pageerror', (error) => onError(error instanceof Error ? error.message : String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') onError(message.text());
  });
  await page.goto(url);
  await page.waitForFunction('window.bench !== undefined');
  return page;
}
