import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { join } from 'node:path';
import { createServer, type InlineConfig } from 'vite';
import { root } from './state.mjs';

export interface PageServer { readonly url: string; close(): Promise<void> }

/**
 * Serves the repository to a page of ours, to this machine alone, on a free port. Vite runs as middleware: with a
 * server of its own it ends the process on SIGTERM, before a run could be saved.
 * @param page path of the HTML file from the root
 * @param config what this page needs besides
 */
export async function servePage(page: string, config: InlineConfig = {}): Promise<PageServer> {
  const vite = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    ...config,
    server: { ...config.server, middlewareMode: true, hmr: false, ws: false, watch: null },
    // A dependency found late would reload the page in the middle of a run.
    optimizeDeps: { noDiscovery: true, include: [], ...config.optimizeDeps },
  });
  // As it is, not through Vite, which would add its client: that one waits for a web socket to reload the page.
  const html = await readFile(join(root, page));
  const { headers } = vite.config.server;
  const server = createHttpServer((request, response) => {
    if (request.url === `/${page}`) response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end(html);
    else vite.middlewares(request, response, () => void response.writeHead(404).end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the page server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/${page}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await vite.close();
    },
  };
}
