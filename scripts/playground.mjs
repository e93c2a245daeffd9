// Serves the page: npm run playground [-- --port N] [--host]. Vite reloads it while its sources change.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { root } from './lib/state.mjs';

const page = join(root, 'playground');
const { values } = parseArgs({
  options: { port: { type: 'string', default: process.env.PORT ?? '5173' }, host: { type: 'boolean', default: false } },
});
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
  configFile: join(root, 'vite.config.ts'),
  root: page,
  logLevel: 'warn',
  server: { port, strictPort, host: values.host ? true : 'localhost' },
});
await server.listen();
for (const url of [...(server.resolvedUrls?.local ?? []), ...(server.resolvedUrls?.network ?? [])]) {
  console.log(`Latch playground: ${url}`);
}
