// One configuration for the library build, the pages and the tests.
//   vite build       the library, dist/latch.js and dist/lab.js
//   vite playground  the page (scripts/playground.mjs does this)
//   vitest           the tests, in four projects: unit, dawn, chrome, e2e
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { leanShaders } from './scripts/lib/lean-shaders.mjs';
import { dawnEnvironment } from './scripts/lib/state.mjs';
import { puppeteerProvider } from './test/support/puppeteer-provider.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const MINUTE = 60_000;

export default defineConfig({
  plugins: [leanShaders()],
  server: { fs: { allow: [here('.')] } },
  build: {
    target: 'es2022',
    lib: {
      entry: { latch: here('src/index.ts'), lab: here('src/lab/index.ts') }, formats: ['es'],
      fileName: (_, name) => `${name}.js`,
    },
    outDir: here('dist'),
    emptyOutDir: true,
    minify: false,
    sourcemap: true,
  },
  test: {
    root: here('.'),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit', // no device
          include: ['test/unit/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: MINUTE,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'dawn', // on Dawn in Node: forks, so that a native crash costs one file
          include: ['test/gpu/**/*.test.ts'],
          setupFiles: ['test/support/dawn.ts', 'test/support/require-adapter.ts'],
          env: dawnEnvironment(),
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 2 * MINUTE,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        optimizeDeps: { include: ['wgsl-preprocessor/wgsl-preprocessor.js'] }, // found late, it would reload the page
        test: {
          name: 'chrome', // the same files in Chrome
          include: ['test/gpu/**/*.test.ts'],
          setupFiles: ['test/support/require-adapter.ts'],
          fileParallelism: false,
          testTimeout: 2 * MINUTE,
          sequence: { groupOrder: 2 },
          browser: {
            enabled: true,
            headless: true,
            provider: puppeteerProvider(),
            instances: [{ browser: 'chrome' }],
            screenshotFailures: false,
          },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e', // the commands, as a user runs them
          include: ['test/e2e/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 5 * MINUTE,
          hookTimeout: 5 * MINUTE,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
