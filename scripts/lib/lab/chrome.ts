import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'puppeteer';
import type { Plugin } from 'vite';
import type { ExperimentListener } from '../../../src/lab/types.js';
import { loadDigits } from '../digits.js';
import { launchBrowser } from '../launch.mjs';
import { type PageServer, servePage } from '../serve.js';
import type { Place, Places } from './host.js';

/** Pages in headless Chrome, one for all experiments unless it crashes. */
export function chromePages(chrome?: string): Places {
  const exchange = `/${randomUUID()}`; // no other page or program of this machine shall read here
  let server: PageServer | undefined;
  return {
    async open(listener) {
      server ??= await servePage('scripts/pages/lab.html', { plugins: [examplesPlugin(exchange)] });
      const browser = await launchBrowser({
        ...(chrome === undefined ? {} : { chrome }),
        survivesInterrupt: true,
        flags: ['--disable-gpu-watchdog'], // a software adapter that computes for a minute is no hung GPU
      });
      try {
        return placeOf(browser, await openPage(browser, server.url, exchange, listener));
      } catch (error) {
        await browser.close();
        throw error;
      }
    },
    async close() {
      await server?.close();
    },
  };
}

async function openPage(browser: Browser, url: string, exchange: string, listener: ExperimentListener): Promise<Page> {
  const [page = await browser.newPage()] = await browser.pages();
  const failed = new Promise<never>((_, reject) => {
    page.once('pageerror', (error) => reject(error instanceof Error ? error : new Error(String(error))));
  });
  failed.catch(() => undefined); // may come when nobody waits any more
  await page.exposeFunction('labSay', (event: keyof ExperimentListener, ...args: never[]) => {
    (listener[event] as (...values: never[]) => void)(...args);
  });
  await page.goto(url);
  await Promise.race([page.waitForFunction('window.lab !== undefined'), failed]);
  await page.evaluate((path) => void (window.lab.exchange = path), exchange);
  return page;
}

function placeOf(browser: Browser, page: Page): Place {
  return {
    open: () => page.evaluate(() => window.lab.open()),
    run: (options, seeds) => page.evaluate((asked, of) => window.lab.run(asked, of), options, seeds),
    stop: () => void page.evaluate(() => window.lab.stop()).catch(() => undefined),
    ended: new Promise((_, reject) => {
      page.once('error', ({ message }) => {
        reject(new Error(`the page crashed (${message}): the experiment may need more memory than there is`));
      });
      page.once('close', () => reject(new Error('the page was closed before the experiment ended')));
      browser.once('disconnected', () => reject(new Error('Chrome ended before the experiment did')));
    }),
    async close() {
      // A hung page does not close, its browser's process does.
      const timer = setTimeout(() => browser.process()?.kill('SIGKILL'), 5_000);
      await browser.close().catch(() => undefined);
      clearTimeout(timer);
    },
  };
}

/** Recorded examples by GET, as bytes. */
function examplesPlugin(exchange: string): Plugin {
  return {
    name: 'latch-lab-examples',
    configureServer: ({ middlewares }) => void middlewares.use(async (request, response, next) => {
      const name = request.url?.startsWith(`${exchange}/`) ? request.url.slice(exchange.length + 1) : undefined;
      if (name !== 'images' && name !== 'labels') return next();
      response.setHeader('Content-Type', 'application/octet-stream');
      try {
        const values = (await loadDigits())[name];
        response.end(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      } catch (error) {
        response.statusCode = 500;
        response.end(error instanceof Error ? error.message : String(error));
      }
    }),
  };
}
