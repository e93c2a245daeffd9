// Serves the page: npm run playground [-- --port N] [--host] [--watch]. With --watch the page loads again when its
// sources change, which ends the run in it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { root } from './lib/state.mjs';

const page = join(root, 'playground');
const values = readArguments();
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error(`--port ${values.port} is not a port. Give a whole number from 0 to 65535.`);
  process.exit(2);
}
if (!existsSync(join(page, 'index.html'))) {
  console.error(`There is no page in ${page}.`);
  process.exit(1);
}
// A named port is kept to; without one the next free port will do.
const strictPort = process.env.PORT !== undefined || process.argv.some((arg) => arg.startsWith('--port'));
const server = await createServer({
  configFile: join(page, 'vite.config.ts'),
  root: page,
  logLevel: 'warn',
  server: {
    port, strictPort, host: values.host ? true : 'localhost',
    ...(values.watch ? {} : { hmr: false, watch: null }),
  },
});
await server.listen();
for (const url of [...(server.resolvedUrls?.local ?? []), ...(server.resolvedUrls?.network ?? [])]) {
  console.log(`Latch playground: ${url}`);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: process.env.PORT ?? '5173' },
        host: { type: 'boolean', default: false },
        watch: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nAllowed: --port N, --host, --watch.`);
    process.exit(2);
  }
}
