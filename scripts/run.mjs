// Runs a TypeScript file in Node through Vite, so that scripts load shaders and sources as the library does.
//   node scripts/run.mjs FILE.ts [arguments]
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createServer, createServerModuleRunner } from 'vite';
import { root } from './lib/state.mjs';

const [script, ...args] = process.argv.slice(2);
if (script === undefined || !existsSync(script)) {
  console.error(script ? `There is no ${script}.` : 'Usage: node scripts/run.mjs FILE.ts [arguments]');
  process.exit(2);
}
const file = resolve(script);
process.argv = [process.argv[0] ?? 'node', file, ...args];

const server = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true, include: [] },
});
const runner = createServerModuleRunner(server.environments.ssr, {
  hmr: false, sourcemapInterceptor: 'prepareStackTrace',
});

// Not before the event loop is empty: a script may import more while it runs.
process.once('beforeExit', async () => {
  await runner.close();
  await server.close();
});

try {
  await runner.import(pathToFileURL(file).href);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
